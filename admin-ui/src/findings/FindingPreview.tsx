import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { CaptureFile, Finding } from '../api/types';
import { useWord } from '../parts/choices';
import { Facts } from '../parts/Facts';
import { RecordLink } from '../parts/Records';
import { Who } from '../parts/Who';
import { NameOf } from '../parts/NameOf';
import { When } from '../parts/When';
import { firstPicture, inlineAddress } from '../captures/files';
import { Hits } from './Hits';

/** What was seen and where: enough to judge one finding without opening anything else. */
export const FindingPreview = ({ finding }: { finding: Finding }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items: files } = useItems<CaptureFile>(`captures/${finding.captureId}/files`);
  const picture = firstPicture(files);
  const label = (field: string) => translate(`resources.findings.fields.${field}`);
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <Facts
        facts={[
          [label('kind'), word('findingKind', finding.kind)],
          [label('rule'), `${finding.rule} ${finding.ruleName}`],
          [label('severity'), word('severity', String(finding.severity))],
          [label('outletId'), <NameOf key="o" resource="outlets" id={finding.outletId} field="siteName" />],
          [
            label('captureId'),
            <RecordLink key="c" resource="captures" id={finding.captureId}>
              {translate('console.openCapture')}
            </RecordLink>,
          ],
          [label('foundAt'), <When key="t" at={finding.foundAt} form="second" />],
          [label('foundBy'), <Who key="w" id={finding.foundBy} />],
          [label('reason'), finding.reason],
          [label('note'), finding.note],
        ]}
      />
      <Hits hits={finding.hits} />
      {picture ? (
        <Box
          component="img"
          src={inlineAddress(finding.captureId, picture.path)}
          alt={translate('console.pictureOf', { url: finding.summary })}
          sx={{ width: '100%', border: 1, borderColor: 'divider' }}
        />
      ) : (
        <Typography color="text.secondary">{translate('console.noPicture')}</Typography>
      )}
    </Box>
  );
};
