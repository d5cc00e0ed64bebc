import { useSyncExternalStore } from 'react';

/**
 * Questions that code outside React has to put to the person: "your second factor, please", "somebody changed this record meanwhile".
 * `ask` answers when the dialog that `Questions.tsx` draws has been answered; one question at a time, the others wait.
 */
export type Question =
  | { kind: 'secondFactor' }
  | {
      kind: 'conflict';
      resource: string;
      base: Record<string, unknown>;
      mine: Record<string, unknown>;
      theirs: Record<string, unknown>;
    };

export interface Pending {
  question: Question;
  answer: (yes: boolean) => void;
}

let queue: Pending[] = [];
const watchers = new Set<() => void>();
const changed = () => watchers.forEach((tell) => tell());

export const ask = (question: Question): Promise<boolean> =>
  new Promise((resolve) => {
    const pending: Pending = {
      question,
      answer: (yes) => {
        queue = queue.filter((p) => p !== pending);
        changed();
        resolve(yes);
      },
    };
    queue = [...queue, pending];
    changed();
  });

const subscribe = (tell: () => void) => {
  watchers.add(tell);
  return () => void watchers.delete(tell);
};

export const useQuestion = (): Pending | undefined => useSyncExternalStore(subscribe, () => queue[0]);
