import type { Field, Fields } from "../../model/thing.ts";
import { text, type Text } from "../../text/index.ts";

/** A record of a bundle: its values by member name. */
export type BundleRecord = Readonly<Record<string, unknown>>;

type TypeCheck = (value: unknown) => boolean;

const ID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INSTANT_PATTERN =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
const DAY_PATTERN = /^\d{4}-\d\d-\d\d$/;
const DIGEST_PATTERN = /^[0-9a-f]{64}$/;

const createPatternCheck =
  (pattern: RegExp): TypeCheck =>
  (value) =>
    typeof value === "string" && pattern.test(value);

const isDay: TypeCheck = (value) => {
  if (typeof value !== "string" || !DAY_PATTERN.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
};

const isText: TypeCheck = (value) => typeof value === "string";

function createTypeCheck(field: Field): TypeCheck {
  switch (field.type) {
    case "text":
      return isText;
    case "texts":
      return (value) => Array.isArray(value) && value.every(isText);
    case "choice": {
      const choices: ReadonlySet<unknown> = new Set(field.choices);
      return (value) => choices.has(value);
    }
    case "id":
      return createPatternCheck(ID_PATTERN);
    case "instant":
      return createPatternCheck(INSTANT_PATTERN);
    case "day":
      return isDay;
    case "digest":
      return createPatternCheck(DIGEST_PATTERN);
    case "boolean":
      return (value) => typeof value === "boolean";
    case "integer":
      return (value) => Number.isSafeInteger(value);
    case "object":
      return createObjectCheck(field.of);
    case "objects": {
      const check = createObjectCheck(field.of);
      return (value) => Array.isArray(value) && value.every(check);
    }
  }
}

function createFieldCheck(field: Field): TypeCheck {
  const check = createTypeCheck(field);
  return field.nullable === true ? (value) => value === null || check(value) : check;
}

const createObjectCheck = (fields: Fields): TypeCheck => {
  const faultIn = createFaultFinder(fields);
  return (value) => isObject(value) && faultIn(value) === undefined;
};

const isObject = (value: unknown): value is BundleRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function createFaultFinder(fields: Fields): (record: BundleRecord) => Text | undefined {
  const names = Object.keys(fields);
  const checks = Object.values(fields).map(createFieldCheck);
  // an earlier version may not have known a field that can be null
  const find = (from: number, name?: string): number => {
    let at = from;
    while (names[at] !== name && fields[names[at] ?? ""]?.nullable === true) at += 1;
    return at;
  };
  return (record) => {
    let at = 0;
    for (const name in record) {
      if (Object.hasOwn(fields, name)) at = find(at, name);
      if (names[at] !== name) return describeUnexpectedMember(name, names[at]);
      if (checks[at]?.(record[name]) !== true) return describeWrongType(name);
      at += 1;
    }
    at = find(at);
    return at === names.length ? undefined : describeMissingMember(names[at] ?? "");
  };
}

const describeUnexpectedMember = (name: string, awaited: string | undefined): Text =>
  awaited === undefined
    ? text(
        `this kind of record does not have a member named ${name}`,
        `この種類のデータに ${name} という項目はありません`,
      )
    : text(`expected the member ${awaited}, found ${name}`, `${awaited} があるはずの位置に ${name} があります`);

const describeWrongType = (name: string): Text =>
  text(`the value of ${name} has the wrong type`, `${name} の値の型が正しくありません`);

const describeMissingMember = (name: string): Text => text(`${name} is missing`, `${name} がありません`);

const NOT_JSON = text("not valid JSON", "正しい JSON ではありません");
const NOT_A_RECORD = text("not a JSON object", "JSON のオブジェクトではありません");
const NOT_AS_EXPORTED = text("not in the format of an exported file", "書き出したファイルの形式ではありません");

/**
 * Creates a parser for the lines of a resource. A line must contain exactly the members of these fields, in their order
 * and of their types, in the form that an export writes.
 *
 * @returns the record, or what is wrong with the line
 */
export function createLineParser(fields: Fields): (line: string) => BundleRecord | { readonly fault: Text } {
  const faultIn = createFaultFinder(fields);
  return (line) => {
    let read: unknown;
    try {
      read = JSON.parse(line);
    } catch {
      return { fault: NOT_JSON };
    }
    if (!isObject(read)) return { fault: NOT_A_RECORD };
    const fault = faultIn(read);
    if (fault !== undefined) return { fault };
    // rejects white space, duplicate members and other escapes: equal records must have equal bytes
    return JSON.stringify(read) === line ? read : { fault: NOT_AS_EXPORTED };
  };
}
