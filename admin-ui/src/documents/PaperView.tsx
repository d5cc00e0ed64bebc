import { Box, Button } from '@mui/material';
import { useTranslate } from 'react-admin';
import { apiRoot } from '../api/http';
import { Panel } from '../parts/Panel';

/** The paper itself, in the page, by the browser's own reader; with a link for readers that show none. */
export const PaperView = ({ documentId, title, version }: { documentId: string; title: string; version?: number }) => {
  const translate = useTranslate();
  const address = `${apiRoot}/documents/${documentId}/file${version ? `?version=${version}` : ''}`;
  return (
    <Panel
      flush
      title={title}
      action={
        <Button component="a" href={address} target="_blank" rel="noopener">
          {translate('console.openPaper')}
        </Button>
      }
    >
      <Box component="iframe" src={address} title={title} sx={{ display: 'block', width: '100%', height: '80vh', border: 0 }} />
    </Panel>
  );
};
