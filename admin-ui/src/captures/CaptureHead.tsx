import { Alert, Box, Button } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import type { Capture } from '../api/types';
import { ActButtons } from '../parts/Acts';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { type Fact, Facts } from '../parts/Facts';
import { Panel } from '../parts/Panel';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { RecordFinding } from '../findings/RecordFinding';
import { captureActs } from './capture-acts';
import { ExportDialog } from './ExportDialog';
import { Incidents } from './Incidents';
import { StatementFacts } from './Statement';
import { VerifyNow } from './VerifyNow';
import { useReason } from './reasons';
import { isFixed } from './running';

export const CaptureHead = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const word = useWord();
  const reason = useReason();
  const [exporting, setExporting] = useState(false);
  const { canAccess: mayVerify } = useCanAccess({ resource: 'captures', action: 'verify' });
  const { canAccess: mayExport } = useCanAccess({ resource: 'captures', action: 'export' });
  const label = (field: string) => translate(`resources.captures.fields.${field}`);
  const { limits, navigation, makers } = capture;
  return (
    <Panel
      title={
        <Box component="span" sx={{ display: 'inline-flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}>
          {capture.number} <StateMark kind="capture" state={capture.state} />
          {capture.frozenAt && <StateMark kind="capture" state="frozen" />}
          {capture.datedBy === 'internal' && <StateMark kind="datedBy" state="internal" />}
          {capture.completeness && <StateMark kind="completeness" state={capture.completeness} />}
        </Box>
      }
      action={
        isFixed(capture) && (
          <Box sx={{ display: 'flex', gap: 1 }}>
            <RecordFinding capture={capture} />
            {mayVerify && <VerifyNow capture={capture} />}
            {mayExport && !capture.frozenAt && (
              <Button variant="outlined" data-action="export" onClick={() => setExporting(true)}>
                {translate('action.capture.export')}
              </Button>
            )}
          </Box>
        )
      }
    >
      {isFixed(capture) && <Incidents capture={capture} />}
      {capture.reason && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {reason(capture.reason)}
        </Alert>
      )}
      {navigation?.kind && navigation.kind !== 'page' && (
        <Alert severity="warning" sx={{ mb: 2 }} data-page-kind={navigation.kind}>
          {translate(`console.pageKind.${navigation.kind}`)}
        </Alert>
      )}
      {capture.withdrawnAt && (
        <Alert severity="error" sx={{ mb: 2 }}>
          {translate('console.withdrawn')}{' '}
          {capture.correctedBy && (
            <RecordLink resource="captures" id={capture.correctedBy}>
              {translate('console.openCorrecting')}
            </RecordLink>
          )}
        </Alert>
      )}
      {capture.tlsOverride && (
        <Alert severity="warning" sx={{ mb: 2 }} data-certificates={navigation?.tlsErrors?.length ?? 0}>
          <div>{translate('console.certificatesPassed', { ...capture.tlsOverride })}</div>
          {navigation?.tlsErrors ? (
            <div>
              {translate('console.certificatesMet')}
              {navigation.tlsErrors.map((error) => (
                <div key={error}>{error}</div>
              ))}
            </div>
          ) : (
            isFixed(capture) && translate('console.certificatesNone')
          )}
        </Alert>
      )}
      {limits.length > 0 && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {translate('console.limitsReached')} {limits.map((l) => word('limit', l)).join('、')}
        </Alert>
      )}
      <Facts
        columns={4}
        facts={[
          ...(capture.received
            ? ([[label('kind'), word('captureKind', capture.kind)]] as Fact[])
            : ([
                [label('url'), capture.url],
                [label('urlFinal'), navigation?.urlFinal],
                [label('title'), navigation?.title],
                [label('status'), navigation && `${navigation.status} · ${navigation.ip}`],
                [label('profile'), word('profile', capture.profile)],
                [translate('console.vantage'), capture.vantage],
              ] as Fact[])),
          [label('purpose'), capture.purpose],
          [label('requestedAt'), <When key="r" at={capture.requestedAt} form="second" />],
          [label('fixedAt'), <When key="f" at={capture.fixedAt} form="second" />],
          [label('place'), capture.place],
          [label('makers'), makers.map((m) => `${m.name}(${m.certificate})`).join('、')],
          [label('environment'), capture.environment && <StateMark key="v" kind="environment" state={capture.environment} />],
          [
            label('outletId'),
            capture.outletId && (
              <RecordLink resource="outlets" id={capture.outletId}>
                {translate('console.openOutlet')}
              </RecordLink>
            ),
          ],
          [
            label('caseId'),
            capture.caseId && (
              <RecordLink resource="cases" id={capture.caseId}>
                {translate('console.openCase')}
              </RecordLink>
            ),
          ],
          [
            label('orderId'),
            capture.orderId && (
              <RecordLink resource="orders" id={capture.orderId}>
                {translate('console.openOrder')}
              </RecordLink>
            ),
          ],
          [label('caseSeq'), capture.caseId && (capture.caseSeq ?? translate('console.joinedLater'))],
          [label('personalData'), word('personalData', capture.personalData ? 'maybe' : 'none')],
          [label('manifestSha256'), <Digest key="m" value={capture.manifestSha256} full />],
          [label('manifestSm3'), <Digest key="n" value={capture.manifestSm3} full />],
        ]}
      />
      {capture.received && (
        <Box sx={{ mt: 1.5 }}>
          <Facts
            columns={4}
            facts={[
              [translate('field.sender'), capture.received.sender],
              [translate('field.receivedAt'), <When key="v" at={capture.received.receivedAt} form="second" />],
              [translate('field.receiptGround'), capture.received.ground],
              [translate('field.way'), capture.way && word('way', capture.way)],
              [
                translate('console.attestation'),
                capture.aboutId && (
                  <RecordLink resource="captures" id={capture.aboutId}>
                    {translate('console.openAbout')}
                  </RecordLink>
                ),
              ],
            ]}
          />
        </Box>
      )}
      <Box sx={{ mt: 1.5 }}>
        <Facts columns={1} facts={[[label('factToProve'), capture.factToProve]]} />
      </Box>
      <Box sx={{ mt: 1.5 }}>
        <StatementFacts statement={capture.statement} />
      </Box>
      {isFixed(capture) && (
        <Box sx={{ mt: 2 }}>
          <ActButtons kind="capture" resource="captures" record={capture} shapes={captureActs} />
        </Box>
      )}
      {exporting && <ExportDialog capture={capture} onClose={() => setExporting(false)} />}
    </Panel>
  );
};
