import { DateTimeInput, type DateTimeInputProps } from 'react-admin';
import { instantOfTyped, typedOfInstant } from '../i18n/dates';

/** A time in Shanghai, as every time is shown; its value in the form is the instant. */
export const InstantInput = (props: DateTimeInputProps) => (
  <DateTimeInput {...props} parse={instantOfTyped} format={typedOfInstant} />
);
