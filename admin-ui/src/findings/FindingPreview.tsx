import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { CaptureFile, Finding } from '../api/types';
import { useWord } from '../parts/choices';
import { Facts } from '../parts/Facts';
import { RecordLink } from '../parts/Records';
import { When } from '../parts/When';
import { firstPicture, inlineAddress } from '../captures/files';
import { Hits } from './Hits';

/** What was seen and where: enough to judge one finding without opening anything else. */
export const FindingPreview = ({ finding }: { finding: Finding }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items: files } = useItems<CaptureFile>(finding.captureId ? `captures/${finding.captureId}/files` : undefined);
  const picture = firstPicture(files);
  const label = (field: string) => translate(`resources.findings.fields.${field}`);
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <Facts
        facts={[
          [label('kind'), word('findingKind', finding.kind)],
          [label('rule'), finding.rule],
          [
            label('outletId'),
            <RecordLink key="o" resource="outlets" id={finding.outletId}>
              {finding.outletName ?? finding.url}
            </RecordLink>,
          ],
          [
            label('captureId'),
            finding.captureId && (
              <RecordLink resource="captures" id={finding.captureId}>
                {translate('console.openCapture')}
              </RecordLink>
            ),
          ],
          [label('createdAt'), <When key="t" at={finding.createdAt} form="second" />],
          [
            label('caseId'),
            finding.caseId && (
              <RecordLink resource="cases" id={finding.caseId}>
                {translate('console.openCase')}
              </RecordLink>
            ),
          ],
        ]}
      />
      <Hits hits={finding.hits} />
      {picture && finding.captureId ? (
        <Box
          component="img"
          src={inlineAddress(finding.captureId, picture.path)}
          alt={translate('console.pictureOf', { url: finding.url ?? '' })}
          sx={{ width: '100%', border: 1, borderColor: 'divider' }}
        />
      ) : (
        <Typography color="text.secondary">{translate('console.noPicture')}</Typography>
      )}
    </Box>
  );
};
