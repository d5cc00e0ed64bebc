import { type ArgumentMetadata, ValidationPipe, type ValidationError } from '@nestjs/common';
import type { FieldFault, Problem } from '../../kernel';
import { PlatformProblem } from '../problems';
import { inChinese } from './constraint-words';

/**
 * What a DTO does not name is refused, and so is a zero byte (U+0000) in any text: PostgreSQL stores none, and the caller would hear of it as
 * a fault of ours.
 */
export class StrictValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (faults: ValidationError[]): Problem => PlatformProblem.invalid({ errors: pointersOf(faults) }),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const pointer = metadata.type === 'custom' ? null : zeroByteIn(value, metadata.data ? `/${metadata.data}` : '');
    if (pointer !== null)
      throw PlatformProblem.invalid({
        errors: [{ pointer, detail: 'must not contain a zero byte (U+0000)', zh: '不得含有零字节（U+0000）' }],
      });
    return super.transform(value, metadata);
  }
}

/** JSON pointer of the first text, or name, with a zero byte; null without. Nested as deep as a body may be, so no recursion. */
function zeroByteIn(whole: unknown, above: string): string | null {
  const waiting: [value: unknown, pointer: string][] = [[whole, above]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, pointer] = next;
    if (typeof value === 'string' && value.includes('\0')) return pointer;
    if (!isPlain(value)) continue;
    for (const [name, inner] of Object.entries(value)) {
      if (name.includes('\0')) return pointer;
      waiting.push([inner, `${pointer}/${escaped(name)}`]);
    }
  }
  return null;
}

/** What came as JSON or as a query; never a stream or bytes. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const made: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || made === null || Object.getPrototypeOf(made) === null;
}

/** Every rule that was broken, field by field. */
export function pointersOf(faults: readonly ValidationError[], above = ''): FieldFault[] {
  return faults.flatMap((fault) => {
    const pointer = `${above}/${escaped(fault.property)}`;
    const own = Object.entries(fault.constraints ?? {}).map(([name, detail]) => ({
      pointer,
      detail,
      zh: inChinese(name, detail),
    }));
    return [...own, ...pointersOf(fault.children ?? [], pointer)];
  });
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
