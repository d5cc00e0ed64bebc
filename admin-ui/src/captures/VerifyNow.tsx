import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, LinearProgress } from '@mui/material';
import { useId, useState } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Capture, VerificationReport } from '../api/types';
import { Refusal } from '../parts/Refusal';
import { When } from '../parts/When';

const Report = ({ report }: { report: VerificationReport }) => {
  const translate = useTranslate();
  const passed = report.verdict === 'PASSED';
  return (
    <Alert severity={passed ? 'success' : 'error'} role="status" data-verdict={report.verdict}>
      {translate(passed ? 'console.verify.passed' : 'console.verify.failed', { files: report.files })}{' '}
      <When at={report.at} form="second" />
      {report.reasons.length > 0 && (
        <ul style={{ margin: 0, paddingInlineStart: 20 }}>
          {report.reasons.map((reason) => {
            const [code, path] = reason.split(' ');
            return <li key={reason}>{`${translate(`choice.verifyReason.${code}`, { _: code })} ${path ?? ''}`}</li>;
          })}
        </ul>
      )}
    </Alert>
  );
};

/** Recomputes every digest and the signature of the package from the stored bytes, now; the ledger notes the answer. */
export const VerifyNow = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const titleId = useId();
  const [open, setOpen] = useState(false);
  const [report, setReport] = useState<VerificationReport>();
  const [refused, setRefused] = useState<unknown>();
  const run = () => {
    setOpen(true);
    setReport(undefined);
    setRefused(undefined);
    call<VerificationReport>(`captures/${capture.id}/verifications`, { method: 'POST' }).then(setReport, setRefused);
  };
  return (
    <>
      <Button variant="contained" data-action="verify" onClick={run}>
        {translate('action.capture.verify')}
      </Button>
      {open && (
        <Dialog open onClose={() => setOpen(false)} fullWidth maxWidth="sm" aria-labelledby={titleId}>
          <DialogTitle id={titleId}>{translate('action.capture.verify')}</DialogTitle>
          <DialogContent>
            {!report && !refused && <LinearProgress aria-label={translate('ra.page.loading')} />}
            <Refusal error={refused} />
            {report && <Report report={report} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={() => setOpen(false)}>{translate('ra.action.close')}</Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
};
