import { Box } from '@mui/material';
import { useEffect } from 'react';
import {
  ArrayInput,
  AutocompleteInput,
  DateInput,
  ReferenceInput,
  SelectInput,
  SimpleFormIterator,
  TextInput,
  required,
  useRecordContext,
} from 'react-admin';
import { useSearchParams } from 'react-router-dom';
import type { Order } from '../api/types';
import { EditForm } from '../parts/Forms';
import { InstantInput } from '../parts/InstantInput';
import { useChoices } from '../parts/choices';
import { orderScopes } from './words';

const query = (q: string) => ({ q });
const whole = { gridColumn: '1 / -1' };

/** Goes to the field that the check list named; for a list, to the first field of the entry. */
const FocusAsked = () => {
  const [params] = useSearchParams();
  const asked = params.get('focus');
  useEffect(() => {
    if (!asked) return undefined;
    const timer = setTimeout(() => {
      const name = asked.replace(/[^\w.]/g, '');
      const input =
        document.querySelector<HTMLElement>(`[name="${name}"]`) ?? document.querySelector<HTMLElement>(`[name^="${name}."]`);
      // A choice keeps its value in a hidden input; the part that takes the focus stands before it.
      const target = input?.parentElement?.querySelector<HTMLElement>('[role="combobox"]') ?? input;
      target?.scrollIntoView({ block: 'center' });
      target?.focus();
    }, 500);
    return () => clearTimeout(timer);
  }, [asked]);
  return null;
};

const Inputs = () => {
  const order = useRecordContext<Order>();
  const choices = useChoices();
  const restoring = order?.kind === 'restoration';
  return (
    <Box sx={{ display: 'grid', columnGap: 2, width: '100%', gridTemplateColumns: { xs: '1fr', md: '1fr 1fr' } }}>
      <FocusAsked />
      {!restoring && (
        <ReferenceInput source="operatorId" reference="operators">
          <AutocompleteInput optionText="name" filterToQuery={query} />
        </ReferenceInput>
      )}
      {!restoring && <SelectInput source="scope" choices={choices('scope', orderScopes)} />}
      <InstantInput source="executeBy" />
      {order?.kind === 'suspension' && <DateInput source="until" />}
      <TextInput source="reasons" multiline minRows={3} sx={whole} />
      {!restoring && (
        <ArrayInput source="addresses" sx={whole}>
          <SimpleFormIterator disableReordering inline>
            <ReferenceInput source="outletId" reference="outlets">
              <AutocompleteInput
                label="resources.orders.fields.outletId"
                optionText="siteName"
                filterToQuery={query}
                validate={required()}
                helperText={false}
              />
            </ReferenceInput>
            <ReferenceInput source="captureId" reference="captures" filter={{ caseId: order?.caseId }}>
              <AutocompleteInput
                label="resources.orders.fields.captureId"
                optionText="number"
                filterToQuery={query}
                helperText={false}
              />
            </ReferenceInput>
            <TextInput source="justification" label="field.justification" helperText={false} />
          </SimpleFormIterator>
        </ArrayInput>
      )}
      <ArrayInput source="basis" sx={whole}>
        <SimpleFormIterator disableReordering inline>
          <TextInput source="law" label="field.law" validate={required()} helperText={false} />
          <TextInput source="article" label="field.article" validate={required()} helperText={false} />
        </SimpleFormIterator>
      </ArrayInput>
      <TextInput source="remedyOperator" multiline sx={whole} />
      <TextInput source="remedyMerchant" multiline sx={whole} />
      <TextInput source="reportHow" multiline sx={whole} />
    </Box>
  );
};

/** Only what a draft may carry is sent; the address itself comes from the filed outlet. */
const writable = ({ addresses, basis, ...order }: Record<string, unknown>) => ({
  ...order,
  ...(Array.isArray(addresses)
    ? { addresses: addresses.map(({ outletId, captureId, justification }) => ({ outletId, captureId, justification })) }
    : {}),
  ...(Array.isArray(basis) ? { basis: basis.map(({ law, article }) => ({ law, article })) } : {}),
});

const OrderEdit = () => (
  <EditForm transform={writable}>
    <Inputs />
  </EditForm>
);

export default OrderEdit;
