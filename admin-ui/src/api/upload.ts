import { csrfToken } from '../auth/session';
import { apiRoot, languageNow, queryString } from './http';
import { ApiProblem, type ProblemBody } from './problem';
import type { Upload } from './types';

/** Sends one file as it is. The id is ours: sending the same file again after a lost answer changes nothing. */
export const uploadFile = async (file: File, id: string = crypto.randomUUID()): Promise<Upload> => {
  const answer = await fetch(`${apiRoot}/evidence-uploads/${id}${queryString({ name: file.name })}`, {
    method: 'PUT',
    headers: {
      accept: 'application/json',
      'accept-language': languageNow(),
      'content-type': 'application/octet-stream',
      'x-csrf-token': csrfToken(),
    },
    body: file,
    credentials: 'same-origin',
  }).catch(() => {
    throw new ApiProblem(0, { code: 'console.offline', title: 'The server cannot be reached.' });
  });
  if (!answer.ok) throw new ApiProblem(answer.status, (await answer.json().catch(() => ({}))) as ProblemBody);
  return (await answer.json()) as Upload;
};
