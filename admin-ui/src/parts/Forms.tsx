import type { ReactNode } from 'react';
import { Create, Edit, SaveButton, SimpleForm, Toolbar, TopToolbar, ShowButton, type RaRecord } from 'react-admin';

/** No delete button, and the button stays on screen: records of an authority are corrected, never removed. */
const SaveOnly = ({ label }: { label?: string }) => (
  <Toolbar>
    <SaveButton alwaysEnable={false} {...(label && { label, icon: <></> })} />
  </Toolbar>
);

interface FormProps {
  children: ReactNode;
  transform?: (data: RaRecord) => unknown;
  defaultValues?: object;
  to?: 'show' | 'list';
  hasShow?: boolean;
  /** What the button does where that is more than saving. */
  save?: string;
}

/** A new record: opened once the server has accepted it. */
export const CreateForm = ({ children, transform, defaultValues, save }: FormProps) => (
  <Create redirect="show" transform={transform}>
    <SimpleForm toolbar={<SaveOnly label={save} />} defaultValues={defaultValues} warnWhenUnsavedChanges>
      {children}
    </SimpleForm>
  </Create>
);

/** Saved means saved: no undo period, the server has answered before the screen says so. */
export const EditForm = ({ children, transform, to = 'show', hasShow = true }: FormProps) => (
  <Edit
    mutationMode="pessimistic"
    redirect={to}
    transform={transform}
    actions={<TopToolbar>{hasShow && <ShowButton />}</TopToolbar>}
  >
    <SimpleForm toolbar={<SaveOnly />} warnWhenUnsavedChanges>
      {children}
    </SimpleForm>
  </Edit>
);
