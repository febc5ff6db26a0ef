import type { Field, Fields } from "../../model/thing.ts";
import { text, type Text } from "../../text/index.ts";

/** A record of a bundle, by its members. */
export type BundleRecord = Readonly<Record<string, unknown>>;

type TypeCheck = (value: unknown) => boolean;

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const DIGEST = /^[0-9a-f]{64}$/;

const matches =
  (pattern: RegExp): TypeCheck =>
  (value) =>
    typeof value === "string" && pattern.test(value);

const isDay: TypeCheck = (value) => {
  if (typeof value !== "string" || !DAY.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
};

const isText: TypeCheck = (value) => typeof value === "string";

/** The check of a field's value by its type, made once: a million records pass it. */
function bareCheck(field: Field): TypeCheck {
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
      return matches(ID);
    case "instant":
      return matches(INSTANT);
    case "day":
      return isDay;
    case "digest":
      return matches(DIGEST);
    case "boolean":
      return (value) => typeof value === "boolean";
    case "integer":
      return (value) => Number.isSafeInteger(value);
    case "object":
      return objectCheck(field.of);
    case "objects": {
      const check = objectCheck(field.of);
      return (value) => Array.isArray(value) && value.every(check);
    }
  }
}

function checkOf(field: Field): TypeCheck {
  const check = bareCheck(field);
  return field.nullable === true ? (value) => value === null || check(value) : check;
}

const objectCheck = (fields: Fields): TypeCheck => {
  const faultIn = faultFinder(fields);
  return (value) => isObject(value) && faultIn(value) === undefined;
};

const isObject = (value: unknown): value is BundleRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is wrong with an object that is to have these members, in this order; undefined if nothing is. */
function faultFinder(fields: Fields): (record: BundleRecord) => Text | undefined {
  const names = Object.keys(fields);
  const checks = Object.values(fields).map(checkOf);
  return (record) => {
    let at = 0;
    for (const name in record) {
      if (names[at] !== name) return otherMember(name, names[at]);
      if (checks[at]?.(record[name]) !== true) return wrongValue(name);
      at += 1;
    }
    return at === names.length ? undefined : missing(names[at] ?? "");
  };
}

const otherMember = (name: string, awaited: string | undefined): Text =>
  awaited === undefined
    ? text(`${name} is no member of such a record`, `この種類の記録に ${name} という項目はありません`)
    : text(`${name} stands where ${awaited} is to be`, `${awaited} があるはずの位置に ${name} があります`);

const wrongValue = (name: string): Text =>
  text(`the value of ${name} is not of its type`, `${name} の値の型が正しくありません`);

const missing = (name: string): Text => text(`${name} is missing`, `${name} がありません`);

const NO_JSON = text("this is no JSON", "JSON ではありません");
const NO_RECORD = text("this is no record", "記録ではありません");
const OTHERWISE = text("not written as an export writes it", "書き出したままの形ではありません");

/**
 * Reads the lines of a resource: exactly the members of its fields, in their order and of their types, written as an
 * export writes them.
 *
 * @returns the record, or what is wrong with the line
 */
export function lineReader(fields: Fields): (line: string) => BundleRecord | { readonly fault: Text } {
  const faultIn = faultFinder(fields);
  return (line) => {
    let read: unknown;
    try {
      read = JSON.parse(line);
    } catch {
      return { fault: NO_JSON };
    }
    if (!isObject(read)) return { fault: NO_RECORD };
    const fault = faultIn(read);
    if (fault !== undefined) return { fault };
    // blanks, a member twice, other escapes: equal records are to be equal bytes
    return JSON.stringify(read) === line ? read : { fault: OTHERWISE };
  };
}
