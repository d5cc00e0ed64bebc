import { Show, useRecordContext } from 'react-admin';
import type { Finding } from '../api/types';
import { ActButtons } from '../parts/Acts';
import { Panel } from '../parts/Panel';
import { StateMark } from '../parts/StateMark';
import { findingActs } from './finding-acts';
import { FindingPreview } from './FindingPreview';

const Whole = () => {
  const finding = useRecordContext<Finding>();
  if (!finding) return null;
  return (
    <Panel
      title={<StateMark kind="finding" state={finding.state} />}
      action={<ActButtons kind="finding" resource="findings" record={finding} shapes={findingActs} />}
    >
      <FindingPreview finding={finding} />
    </Panel>
  );
};

const FindingShow = () => (
  <Show component="div" actions={false}>
    <Whole />
  </Show>
);

export default FindingShow;
