import type { Case } from '../api/types';
import { useOwnWords } from '../parts/own-words';
import { StateMark } from '../parts/StateMark';

/** The stage in the words of the procedure that the case is pinned to. */
export const CaseState = ({ file }: { file: Case }) => {
  const own = useOwnWords();
  return <StateMark kind="case" state={file.state} label={own({ zh: file.stateZh, en: file.stateEn })} />;
};
