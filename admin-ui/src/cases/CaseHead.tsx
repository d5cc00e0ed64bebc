import Print from '@mui/icons-material/PrintOutlined';
import { Box, IconButton, Paper, Tooltip, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { Case, Clock } from '../api/types';
import { StartMenu } from '../parts/Acts';
import { DueMark } from '../parts/DueMark';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { caseActs } from './case-acts';
import { namesOf, runningClocks } from './summary';

/** Always on screen: which file this is, where it stands, who handles it, what runs out next, and what can be done. */
export const CaseHead = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const { items } = useItems<Clock>(`cases/${file.id}/clocks`);
  const clocks = runningClocks(items.length > 0 ? items : file.clocks).slice(0, 3);
  return (
    <Paper component="header" sx={{ p: 2, position: 'sticky', top: 48, zIndex: 3 }}>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'flex-start', flexWrap: 'wrap' }}>
        <Box sx={{ flex: '1 1 320px', minWidth: 0 }}>
          <Typography
            variant="h2"
            sx={{ fontSize: '1.15rem', display: 'flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}
          >
            {file.number ?? translate('console.notNumbered')} <StateMark kind="case" state={file.state} />
          </Typography>
          <Typography sx={{ mt: 0.5 }}>{file.matter}</Typography>
          <Typography variant="body2" color="text.secondary" component="div">
            {translate('resources.cases.fields.subjectId')}:{' '}
            <RecordLink resource="subjects" id={file.subjectId}>
              {file.subjectName}
            </RecordLink>
            {' · '}
            {translate('resources.cases.fields.officers')}: {namesOf(file) || translate('console.notNamed')}
          </Typography>
        </Box>
        <Box
          component="ul"
          aria-label={translate('console.nearestClocks')}
          sx={{ listStyle: 'none', m: 0, p: 0, flex: '1 1 300px' }}
        >
          {clocks.map((clock) => (
            <li key={clock.id ?? clock.key}>
              {translate(`choice.clockKey.${clock.key}`, { _: clock.key })} <DueMark due={clock.dueAt} />
            </li>
          ))}
        </Box>
        <Box className="no-print" sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
          <StartMenu kind="case" resource="cases" record={file} shapes={caseActs} />
          <Tooltip title={translate('console.print')}>
            <IconButton onClick={() => window.print()} aria-label={translate('console.print')}>
              <Print />
            </IconButton>
          </Tooltip>
        </Box>
      </Box>
    </Paper>
  );
};
