import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PlatformProblem } from '../../platform';

export interface FormBody {
  fields: Record<string, string>;
  files: { name: string; bytes: Buffer }[];
}

/** Lets a process take forms with files; their size is bounded before anything is parsed (413). */
export function acceptForms(fastify: FastifyInstance, limitBytes: number): void {
  if (fastify.hasContentTypeParser('multipart/form-data')) return;
  fastify.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit: limitBytes }, (_request, body, done) =>
    done(null, body),
  );
}

/** The fields and files of a form, sent either way that a browser without script can send one. */
export async function formOf(request: FastifyRequest): Promise<FormBody> {
  const { body } = request;
  if (!Buffer.isBuffer(body)) return { fields: textsOf(body), files: [] };
  const type = request.headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => {
    throw PlatformProblem.malformed({ detail: 'the form cannot be read' });
  });
  const fields: Record<string, string> = {};
  const files: FormBody['files'] = [];
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') fields[name] = value;
    // A file field that was left alone comes as a nameless empty file.
    else if (value.size > 0 || value.name) files.push({ name: value.name, bytes: Buffer.from(await value.arrayBuffer()) });
  }
  return { fields, files };
}

function textsOf(body: unknown): Record<string, string> {
  if (!body || typeof body !== 'object') return {};
  return Object.fromEntries(Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
