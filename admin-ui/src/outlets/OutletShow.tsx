import { Box } from '@mui/material';
import { EditButton, Show, TopToolbar, useRecordContext, useTranslate } from 'react-admin';
import type { Change, Outlet } from '../api/types';
import { useItems } from '../api/use-api';
import { useWord } from '../parts/choices';
import { Facts } from '../parts/Facts';
import { History } from '../parts/History';
import { NameOf } from '../parts/NameOf';
import { NewButton } from '../parts/NewButton';
import { Columns, Panel, Stacked } from '../parts/Panel';
import { RecordLink } from '../parts/Records';
import { OutletBadges } from './OutletBadges';
import { OutletFindings } from './OutletFindings';
import { Proofs } from './Proofs';

const OutletFacts = () => {
  const outlet = useRecordContext<Outlet>();
  const translate = useTranslate();
  const word = useWord();
  const { items: changes } = useItems<Change>(outlet && `outlets/${outlet.id}/history`);
  if (!outlet) return null;
  const label = (field: string) => translate(`resources.outlets.fields.${field}`);
  return (
    <Stacked>
      <Columns wide={400}>
        <Panel title={translate('console.filing')}>
          <Facts
            facts={[
              [
                label('subjectId'),
                <RecordLink key="s" resource="subjects" id={outlet.subjectId}>
                  {outlet.subjectName}
                </RecordLink>,
              ],
              [label('siteName'), outlet.siteName],
              [label('url'), outlet.url],
              [label('domain'), outlet.domain],
              [label('ip'), outlet.ip],
              [label('siteType'), word('siteType', outlet.siteType)],
              [label('icpNo'), outlet.icpNo],
              [label('isp'), outlet.isp],
              [label('idcAddress'), outlet.idcAddress],
              [label('contact'), outlet.contact],
              [label('otherFilings'), outlet.otherFilings],
              [label('pool'), word('pool', outlet.pool)],
              [label('declaration'), outlet.declaration],
              [label('carrierKind'), word('carrierKind', outlet.carrierKind)],
              [label('operatorId'), <NameOf key="op" resource="operators" id={outlet.operatorId} />],
            ]}
          />
          <Box sx={{ display: 'flex', gap: 1, mt: 2, flexWrap: 'wrap' }}>
            <NewButton
              resource="captures"
              initial={{ outletId: outlet.id, url: outlet.url }}
              label={translate('action.outlet.capture')}
            />
          </Box>
        </Panel>
        <Stacked>
          <Proofs outlet={outlet} />
          <OutletBadges outlet={outlet} />
          <OutletFindings outlet={outlet} />
        </Stacked>
      </Columns>
      <Panel title={translate('console.history')} flush>
        <History resource="outlets" changes={changes} />
      </Panel>
    </Stacked>
  );
};

const OutletShow = () => (
  <Show
    component="div"
    actions={
      <TopToolbar>
        <EditButton />
      </TopToolbar>
    }
  >
    <OutletFacts />
  </Show>
);

export default OutletShow;
