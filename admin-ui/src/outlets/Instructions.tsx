import { Typography } from '@mui/material';
import { useLocaleState, useTranslate } from 'react-admin';
import type { Proof } from '../api/types';
import { Digest } from '../parts/Digest';
import { Facts } from '../parts/Facts';

/** What the merchant has to place and where, each value with a copy button. */
export const Instructions = ({ proof: { instructions } }: { proof: Proof }) => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  return (
    <>
      <Typography component="p" sx={{ my: 1 }}>
        {locale === 'en' ? instructions.en : instructions.zh}
      </Typography>
      <Facts
        columns={1}
        facts={[
          [
            translate('console.proof.location'),
            <Digest key="l" value={instructions.location} full name={translate('console.proof.location')} />,
          ],
          [
            translate('console.proof.value'),
            <Digest key="v" value={instructions.value} full name={translate('console.proof.value')} />,
          ],
        ]}
      />
    </>
  );
};
