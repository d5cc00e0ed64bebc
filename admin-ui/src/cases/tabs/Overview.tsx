import { Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, CaseEvent, LawCitation, Task } from '../../api/types';
import { useWord } from '../../parts/choices';
import { Facts } from '../../parts/Facts';
import { Columns, Panel, Stacked } from '../../parts/Panel';
import { RecordLink } from '../../parts/Records';
import { Timeline } from '../../parts/Timeline';
import { useTimelineLines } from '../../parts/timeline-lines';
import { When } from '../../parts/When';
import { Transfers } from './Transfers';
import { TaskTable } from '../../workbench/TaskTable';
import { CaseState } from '../CaseState';

const recentEvents = 6;

const useCitations = () => {
  const translate = useTranslate();
  return (citations: LawCitation[] | undefined) =>
    (citations ?? []).map((c) => `《${c.law}》${translate('console.article', { n: c.article })}`).join('、');
};

const Substance = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const word = useWord();
  const cited = useCitations();
  const penalty = (file.penalty ?? []).map((p) => `${word('penaltyKind', p.kind)}：${p.content}`).join('；');
  const facts: [string, string | null | undefined][] = [
    ['facts', file.facts],
    ['articles', cited(file.articles)],
    ['report', file.report],
    ['statement', file.statement],
    ['penalty', penalty],
    ['execution', file.execution],
  ];
  const known = facts.filter(([, value]) => value);
  return (
    <Panel title={translate('console.substance')}>
      {known.length === 0 ? (
        <Typography color="text.secondary">{translate('console.nothing')}</Typography>
      ) : (
        <Facts columns={1} facts={known.map(([name, value]) => [translate(`resources.cases.fields.${name}`), value])} />
      )}
    </Panel>
  );
};

export const Overview = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const word = useWord();
  const lines = useTimelineLines();
  const { items: tasks } = useItems<Task>(`cases/${file.id}/tasks`);
  const { items: events } = useItems<CaseEvent>(`cases/${file.id}/timeline`);
  const label = (field: string) => translate(`resources.cases.fields.${field}`);
  const newest = [...events].sort((a, b) => b.recordedAt.localeCompare(a.recordedAt)).slice(0, recentEvents);
  const nextSteps = translate('console.nextSteps');
  return (
    <Columns wide={380}>
      <Stacked>
        <Panel title={translate('console.facts')}>
          <Facts
            facts={[
              [label('number'), file.number],
              [label('state'), <CaseState key="s" file={file} />],
              [
                label('subjectId'),
                file.subjectId && (
                  <RecordLink resource="subjects" id={file.subjectId}>
                    {file.partyName}
                  </RecordLink>
                ),
              ],
              [
                label('outletId'),
                file.outletId && (
                  <RecordLink resource="outlets" id={file.outletId}>
                    {file.outletName}
                  </RecordLink>
                ),
              ],
              [
                label('findingId'),
                file.findingId && (
                  <RecordLink resource="findings" id={file.findingId}>
                    {translate('console.openFinding')}
                  </RecordLink>
                ),
              ],
              [label('source'), word('clueSource', file.source)],
              [
                label('officers'),
                file.officers.map((o) => `${o.name}${o.role === 'handler' ? '' : `（${word('caseRole', o.role)}）`}`).join('、'),
              ],
              [label('outcome'), word('outcome', file.outcome)],
              [label('openedAt'), <When key="o" at={file.openedAt} />],
              [label('filedAt'), <When key="f" at={file.filedAt} />],
              [label('decidedAt'), <When key="d" at={file.decidedAt} />],
              [label('closedAt'), <When key="c" at={file.closedAt} />],
              [
                label('retention'),
                file.retention &&
                  (file.retention.until ? <When at={file.retention.until} form="day" /> : translate('console.forEver')),
              ],
            ]}
          />
        </Panel>
        <Transfers file={file} />
        <Substance file={file} />
      </Stacked>
      <Stacked>
        <Panel title={nextSteps} flush>
          <TaskTable tasks={tasks.filter((t) => t.state === 'open')} caption={nextSteps} inCase />
        </Panel>
        <Panel title={translate('console.latest')}>
          <Timeline events={lines.ofCase(newest)} />
        </Panel>
      </Stacked>
    </Columns>
  );
};
