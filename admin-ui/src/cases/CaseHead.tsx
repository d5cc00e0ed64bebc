import Print from '@mui/icons-material/PrintOutlined';
import { Alert, Box, IconButton, Paper, Tooltip, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import type { Case } from '../api/types';
import { StateMark } from '../parts/StateMark';
import { DueMark } from '../parts/DueMark';
import { RecordLink } from '../parts/Records';
import { CaseState } from './CaseState';
import { PeopleMenu } from './PeopleMenu';
import { StartMenu } from './StartMenu';
import { handlersOf } from './summary';

/** Always on screen: which file this is, where it stands, who handles it, what runs out next, and what can be done. */
export const CaseHead = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  return (
    <Paper component="header" sx={{ p: 2, position: 'sticky', top: 48, zIndex: 3 }}>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'flex-start', flexWrap: 'wrap' }}>
        <Box sx={{ flex: '1 1 320px', minWidth: 0 }}>
          <Typography
            variant="h2"
            sx={{ fontSize: '1.15rem', display: 'flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}
          >
            {file.number} <CaseState file={file} />
            {file.visibility !== 'normal' && <StateMark kind="visibility" state={file.visibility} />}
          </Typography>
          <Typography sx={{ mt: 0.5 }}>{file.matter}</Typography>
          <Typography variant="body2" color="text.secondary" component="div">
            {translate('resources.cases.fields.subjectId')}:{' '}
            <RecordLink resource="subjects" id={file.subjectId}>
              {file.partyName ?? '—'}
            </RecordLink>
            {' · '}
            {translate('resources.cases.fields.officers')}: {handlersOf(file) || translate('console.notNamed')}
          </Typography>
        </Box>
        <Box
          component="ul"
          aria-label={translate('console.nearestClocks')}
          sx={{ listStyle: 'none', m: 0, p: 0, flex: '1 1 300px' }}
        >
          {file.clocks.map((clock) => (
            <li key={clock.id}>
              {translate(`choice.clockKey.${clock.key}`, { _: clock.key })}{' '}
              <DueMark due={clock.due} ended={clock.state === 'paused'} />
            </li>
          ))}
        </Box>
        <Box className="no-print" sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
          <StartMenu file={file} />
          <PeopleMenu file={file} />
          <Tooltip title={translate('console.print')}>
            <IconButton onClick={() => window.print()} aria-label={translate('console.print')}>
              <Print />
            </IconButton>
          </Tooltip>
        </Box>
      </Box>
      {(file.elsewhere ?? []).length > 0 && (
        <Alert severity="info" sx={{ mt: 1 }}>
          {translate('console.elsewhere', { offices: file.elsewhere?.join('、') })}
        </Alert>
      )}
    </Paper>
  );
};
