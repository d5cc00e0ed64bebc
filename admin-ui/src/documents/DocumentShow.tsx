import { Alert, Box, Button } from '@mui/material';
import { useState } from 'react';
import { Show, useRecordContext, useTranslate } from 'react-admin';
import type { Document } from '../api/types';
import { ActButtons } from '../parts/Acts';
import { useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';
import { Panel, Stacked } from '../parts/Panel';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { documentActs } from './document-acts';
import { FillDialog } from './FillDialog';
import { PaperView } from './PaperView';

const Missing = ({ document, onFill }: { document: Document; onFill: () => void }) => {
  const translate = useTranslate();
  const missing = document.missing ?? [];
  if (document.state !== 'draft') return null;
  return (
    <Alert
      severity={missing.length > 0 ? 'warning' : 'success'}
      sx={{ mt: 2 }}
      action={
        <Button color="inherit" onClick={onFill}>
          {translate('action.document.fill')}
        </Button>
      }
    >
      {translate(missing.length > 0 ? 'console.document.missing' : 'console.document.complete', { smart_count: missing.length })}
      {missing.length > 0 && (
        <ul style={{ margin: 0, paddingInlineStart: 20 }}>
          {missing.map((field) => (
            <li key={field.key}>
              {field.zh}
              {field.basis ? `(${field.basis})` : ''}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
};

const Whole = () => {
  const document = useRecordContext<Document>();
  const translate = useTranslate();
  const word = useWord();
  const [filling, setFilling] = useState(false);
  if (!document) return null;
  const label = (field: string) => translate(`resources.documents.fields.${field}`);
  const title = document.title ?? word('form', String(document.form));
  return (
    <Stacked>
      <Panel
        title={
          <Box component="span" sx={{ display: 'inline-flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}>
            {title} {document.number ?? ''} <StateMark kind="document" state={document.state} />
          </Box>
        }
        action={<ActButtons kind="document" resource="documents" record={document} shapes={documentActs} />}
      >
        <Facts
          columns={3}
          facts={[
            [label('form'), word('form', String(document.form))],
            [label('number'), document.number],
            [
              label('caseId'),
              document.caseId && (
                <RecordLink resource="cases" id={document.caseId}>
                  {translate('console.openCase')}
                </RecordLink>
              ),
            ],
            [label('createdAt'), <When key="c" at={document.draftedAt} />],
            [label('issuedOn'), <When key="i" at={document.issuedOn} form="day" />],
            [
              label('service'),
              document.service &&
                `${word('serviceMethod', document.service.method)} · ${document.service.to} · ${document.service.where}`,
            ],
            [label('voidReason'), document.voidReason],
            [label('paper'), document.paper ? String(document.paper) : '—'],
            [label('sha256'), <Digest key="d" value={document.papers?.at(-1)?.sha256} full />],
          ]}
        />
        <Missing document={document} onFill={() => setFilling(true)} />
      </Panel>
      <PaperView documentId={document.id} title={title} />
      {filling && <FillDialog document={document} onClose={() => setFilling(false)} />}
    </Stacked>
  );
};

const DocumentShow = () => (
  <Show component="div" actions={false}>
    <Whole />
  </Show>
);

export default DocumentShow;
