import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, LinearProgress, Typography } from '@mui/material';
import { useId, useState } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Capture, VerificationReport } from '../api/types';
import { Refusal } from '../parts/Refusal';
import { When } from '../parts/When';

const SEVERITY: Record<string, 'success' | 'warning' | 'error'> = {
  PASSED: 'success',
  INDETERMINATE: 'warning',
  FAILED: 'error',
};

/** Lines `CODE subject` of the verifier, in words. */
const Lines = ({ lines }: { lines: readonly string[] }) => {
  const translate = useTranslate();
  return (
    <ul style={{ margin: 0, paddingInlineStart: 20 }}>
      {[...new Set(lines)].map((line) => {
        const [code = '', ...subject] = line.split(' ');
        return <li key={line}>{`${translate(`choice.verifyReason.${code}`, { _: code })} ${subject.join(' ')}`}</li>;
      })}
    </ul>
  );
};

const Report = ({ report }: { report: VerificationReport }) => {
  const translate = useTranslate();
  const { verdict, level, reasons, beyond, findings } = report;
  return (
    <>
      <Alert severity={SEVERITY[verdict]} role="status" data-verdict={verdict} data-level={level}>
        {translate(`console.verify.${verdict}`, { files: report.files })} <When at={report.at} form="second" />
        <div>{`${translate('console.verify.level', { level })} — ${translate(`choice.verifyLevel.L${level}`)}`}</div>
        {reasons.length > 0 && <Lines lines={reasons} />}
      </Alert>
      {(['beyond', 'findings'] as const)
        .filter((key) => ({ beyond, findings })[key].length > 0)
        .map((key) => (
          <section key={key}>
            <Typography variant="subtitle2" component="h3" sx={{ mt: 2 }}>
              {translate(`console.verify.${key}`)}
            </Typography>
            <Lines lines={{ beyond, findings }[key]} />
          </section>
        ))}
    </>
  );
};

/** The verifier that everybody else has, run over the stored bytes now; the ledger notes what it said. */
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
