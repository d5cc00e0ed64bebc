import { Box, Typography } from '@mui/material';
import { TextInput, required, useTranslate } from 'react-admin';
import { useItems } from '../api/use-api';
import type { Remark } from '../api/types';

/** One answer for each remark of the reviewer that has none yet. */
export const AnswersInput = ({ source, caseId }: { source: string; caseId?: string }) => {
  const translate = useTranslate();
  const { items } = useItems<Remark>(caseId && `cases/${caseId}/remarks`);
  const open = items.filter((remark) => remark.answer === null);
  return (
    <Box role="group" aria-label={translate('field.answers')}>
      {open.map((remark) => (
        <Box key={remark.id}>
          <Typography>
            {remark.field ? `${remark.field}：` : ''}
            {remark.text}
          </Typography>
          <TextInput
            source={`${source}.${remark.id}`}
            label="field.answer"
            multiline
            validate={required()}
            helperText={false}
            fullWidth
          />
        </Box>
      ))}
    </Box>
  );
};
