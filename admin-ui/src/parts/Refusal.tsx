import { Alert, Button, LinearProgress } from '@mui/material';
import { useLocaleState, useTranslate } from 'react-admin';
import { linesOf, sentenceOf } from '../api/problem';

/** What the server refused, in words, announced at once. */
export const Refusal = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  if (!error) return null;
  const lines = linesOf(error, locale === 'en');
  return (
    <Alert
      severity="error"
      role="alert"
      action={
        onRetry && (
          <Button color="inherit" onClick={onRetry}>
            {translate('ra.action.refresh')}
          </Button>
        )
      }
    >
      {sentenceOf(error, translate)}
      {lines.length > 0 && (
        <ul style={{ margin: 0, paddingInlineStart: 20 }}>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </Alert>
  );
};

/** While a part of the page is being fetched, or why it could not be. */
export const Fetching = ({ isPending, error, refetch }: { isPending: boolean; error: unknown; refetch?: () => unknown }) => {
  const translate = useTranslate();
  if (error) return <Refusal error={error} onRetry={refetch && (() => void refetch())} />;
  return isPending ? <LinearProgress aria-label={translate('ra.page.loading')} /> : null;
};
