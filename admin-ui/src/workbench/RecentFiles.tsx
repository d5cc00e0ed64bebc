import { Box } from '@mui/material';
import { useTranslate } from 'react-admin';
import { Panel } from '../parts/Panel';
import { RecordLink } from '../parts/Records';
import { useRecent } from './recent';

export const RecentFiles = () => {
  const translate = useTranslate();
  const [recent] = useRecent();
  if (recent.length === 0) return null;
  return (
    <Panel title={translate('workbench.recent')}>
      <Box component="ul" sx={{ listStyle: 'none', p: 0, m: 0, display: 'flex', gap: 3, flexWrap: 'wrap' }}>
        {recent.map(({ resource, id, name }) => (
          <li key={id}>
            <RecordLink resource={resource} id={id}>
              {name}
            </RecordLink>
          </li>
        ))}
      </Box>
    </Panel>
  );
};
