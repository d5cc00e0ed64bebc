import { proofTypeOf } from './file-kind';

it.each([
  ['image/png', Buffer.from('89504e470d0a1a0a0000', 'hex')],
  ['image/jpeg', Buffer.from('ffd8ffe000', 'hex')],
  ['application/pdf', Buffer.from('%PDF-1.7\n')],
  ['text/plain', Buffer.from('工单 2026-001 已处理\n')],
])('knows %s by its bytes', (type, bytes) => expect(proofTypeOf(bytes)).toBe(type));

it.each([
  ['a page', Buffer.from('  <html><script>')],
  ['a picture that is markup', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">')],
  ['a program', Buffer.from('4d5a90000300', 'hex')],
  ['an archive', Buffer.from('504b03041400', 'hex')],
  ['text in another encoding', Buffer.from('d6d0b9fa', 'hex')],
  ['nothing', Buffer.alloc(0)],
])('refuses %s', (_what, bytes) => expect(proofTypeOf(bytes)).toBeNull());
