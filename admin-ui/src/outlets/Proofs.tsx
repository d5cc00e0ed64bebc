import { Alert, Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../api/http';
import { useItems } from '../api/use-api';
import type { Outlet, Proof } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';
import { Panel, Stacked } from '../parts/Panel';
import { Fetching, Refusal } from '../parts/Refusal';
import { StateMark } from '../parts/StateMark';
import { useDone } from '../parts/use-done';
import { When } from '../parts/When';
import { Instructions } from './Instructions';
import { proofMethods } from './words';

/** A shop on a platform has no host of its own to place anything on: there the platform attests. */
const methodsFor = ({ onPlatform }: Outlet) =>
  proofMethods.filter((method) => (method === 'platformAttestation') === Boolean(onPlatform));

const checkAgainMs = 3_000;

const OneProof = ({ proof }: { proof: Proof }) => {
  const translate = useTranslate();
  const word = useWord();
  const done = useDone();
  const [refused, setRefused] = useState<unknown>();
  const [attesting, setAttesting] = useState(false);
  const check = () => {
    setRefused(undefined);
    call(`proofs/${proof.id}/check`, { method: 'POST' }).then(() => done('console.checkAsked'), setRefused);
  };
  const open = proof.state === 'waiting' || proof.state === 'failed' || proof.state === 'checking';
  return (
    <Box sx={{ '&:not(:last-child)': { pb: 2, borderBottom: 1, borderColor: 'divider' } }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mb: 1 }}>
        <Typography variant="h3" sx={{ flex: 1 }}>
          {word('proofMethod', proof.method)}
        </Typography>
        <StateMark kind="proof" state={proof.state} />
      </Box>
      <Facts
        facts={[
          [translate('console.proof.token'), <Digest key="t" value={proof.token} full />],
          [translate('console.proof.checkedAt'), <When key="c" at={proof.checkedAt} form="second" />],
          [translate('console.proof.validUntil'), <When key="v" at={proof.validUntil} form="day" />],
          [
            translate('console.proof.seen'),
            proof.seen && [proof.seen.fault, proof.seen.where, ...proof.seen.lines].filter(Boolean).join(' · '),
          ],
          [translate('console.proof.attestation'), proof.attestation],
        ]}
      />
      {open && <Instructions proof={proof} />}
      <Refusal error={refused} />
      {open && proof.method === 'platformAttestation' && (
        <Button variant="contained" onClick={() => setAttesting(true)} sx={{ mt: 1 }}>
          {translate('action.proof.attest')}
        </Button>
      )}
      {attesting && (
        <ActDialog
          title={translate('action.proof.attest')}
          shape={{ fields: [{ name: 'reference', kind: 'text', required: true, minLength: 4 }] }}
          onClose={() => setAttesting(false)}
          onAct={async (body, idempotencyKey) => {
            await call(`proofs/${proof.id}/attestation`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: translate('action.proof.attest') });
          }}
        />
      )}
      {open && proof.method !== 'platformAttestation' && (
        <Button variant="contained" onClick={check} disabled={proof.state === 'checking'} sx={{ mt: 1 }}>
          {translate('action.proof.check')}
        </Button>
      )}
    </Box>
  );
};

/** Proof that the outlet is the merchant's: how to place it, and a check at once. */
export const Proofs = ({ outlet }: { outlet: Outlet }) => {
  const translate = useTranslate();
  const done = useDone();
  const [asking, setAsking] = useState(false);
  const { items, isPending, error, refetch } = useItems<Proof>('proofs', {
    query: { outletId: outlet.id },
    refetchMs: checkAgainMs,
  });
  return (
    <Panel
      title={translate('console.proof.title')}
      action={<Button onClick={() => setAsking(true)}>{translate('action.proof.start')}</Button>}
    >
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {!isPending && items.length === 0 && <Alert severity="info">{translate('console.proof.none')}</Alert>}
      <Stacked>
        {items.map((proof) => (
          <OneProof key={proof.id} proof={proof} />
        ))}
      </Stacked>
      {asking && (
        <ActDialog
          title={translate('action.proof.start')}
          shape={{
            fields: [
              { name: 'proofMethod', kind: 'choice', values: methodsFor(outlet), required: true, initial: methodsFor(outlet)[0] },
            ],
          }}
          onClose={() => setAsking(false)}
          onAct={async ({ proofMethod }, idempotencyKey) => {
            await call(`outlets/${outlet.id}/proofs`, { method: 'POST', body: { method: proofMethod }, idempotencyKey });
            done('console.proof.started');
          }}
        />
      )}
    </Panel>
  );
};
