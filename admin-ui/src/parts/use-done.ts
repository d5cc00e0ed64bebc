import { useQueryClient } from '@tanstack/react-query';
import { useNotify } from 'react-admin';

/** After an act everything on the screen is read again: clocks, tasks and documents may all have moved with it. */
export const useDone = () => {
  const queries = useQueryClient();
  const notify = useNotify();
  return (message: string, options: Record<string, unknown> = {}) => {
    void queries.invalidateQueries();
    notify(message, { type: 'success', messageArgs: options });
  };
};
