import { isObject } from './strict-json';

/** The part of JSON Schema that our published schemas use; the same object is the documentation, the check and the file for others. */
export interface JsonSchema {
  $schema?: string;
  $id?: string;
  title?: string;
  description?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  const?: string | number;
  enum?: readonly string[];
  pattern?: string;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  /** `false`: unknown keys are refused. A schema: a map with free keys. */
  additionalProperties?: false | JsonSchema;
  anyOf?: readonly JsonSchema[];
}

/** An object of which every property is required, but for the `optional` ones, and no other is allowed. */
export function exactly(properties: Record<string, JsonSchema>, optional: Record<string, JsonSchema> = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

export function listOf(items: JsonSchema, minItems = 0): JsonSchema {
  return minItems > 0 ? { type: 'array', items, minItems } : { type: 'array', items };
}

export function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [{ type: 'null' }, schema] };
}

export function oneOf(...values: string[]): JsonSchema {
  return { type: 'string', enum: values };
}

/** JSON pointer of the first thing that does not fit, or null. */
export function misfit(value: unknown, schema: JsonSchema, at = ''): string | null {
  if (schema.anyOf) return misfitOfAny(value, schema.anyOf, at);
  if (schema.const !== undefined) return value === schema.const ? null : at;
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && stringFits(value, schema) ? null : at;
    case 'integer':
      return Number.isSafeInteger(value) && inRange(value as number, schema) ? null : at;
    case 'boolean':
      return typeof value === 'boolean' ? null : at;
    case 'null':
      return value === null ? null : at;
    case 'array':
      return misfitOfArray(value, schema, at);
    default:
      return misfitOfObject(value, schema, at);
  }
}

function misfitOfAny(value: unknown, schemas: readonly JsonSchema[], at: string): string | null {
  const results = schemas.map((schema) => misfit(value, schema, at));
  if (results.includes(null)) return null;
  // The deepest place is the one that the writer meant.
  return results.reduce<string>((deepest, result) => (result!.length > deepest.length ? result! : deepest), at);
}

/** Compiled once each: a manifest of 20,000 files asks the same few a hundred thousand times. */
const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, 'u');
  expressions.set(pattern, known);
  return known;
}

function stringFits(value: string, { enum: values, pattern, minLength }: JsonSchema): boolean {
  if (values && !values.includes(value)) return false;
  if (minLength !== undefined && value.length < minLength) return false;
  return pattern === undefined || expressionOf(pattern).test(value);
}

function inRange(value: number, { minimum, maximum }: JsonSchema): boolean {
  return (minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum);
}

function misfitOfArray(value: unknown, { items, minItems = 0 }: JsonSchema, at: string): string | null {
  if (!Array.isArray(value) || value.length < minItems) return at;
  for (const [i, item] of value.entries()) {
    const found = items ? misfit(item, items, `${at}/${i}`) : null;
    if (found !== null) return found;
  }
  return null;
}

function misfitOfObject(value: unknown, schema: JsonSchema, at: string): string | null {
  if (!isObject(value)) return at;
  for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) return `${at}/${key}`;
  for (const [key, member] of Object.entries(value)) {
    const known =
      schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : schema.additionalProperties;
    const found = known ? misfit(member, known, `${at}/${key}`) : `${at}/${key}`;
    if (found !== null) return found;
  }
  return null;
}
