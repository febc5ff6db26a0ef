import { expect, test } from "vitest";
import { listEditableFields, type RecordType } from "../model/thing.ts";
import { RECORD_TYPES } from "./index.ts";

/** The program sets these fields; nobody enters them. */
const AUTOMATIC_FIELDS = /^(?:id|app|createdAt|updatedAt|secretsSet|\w+SetAt)$/;

const edited = [...RECORD_TYPES.values()].filter(({ clicks }: RecordType) => clicks?.edit !== undefined);

test.each(edited)(
  "every field of $name that a person enters in the console can be edited",
  ({ fields }: RecordType) => {
    const editable = new Set(listEditableFields(fields).map(([name]) => name));
    const entered = Object.entries(fields).filter(
      ([name, { derived, secret, resolves }]) =>
        derived !== true && secret !== true && resolves === undefined && !AUTOMATIC_FIELDS.test(name),
    );
    expect(entered.flatMap(([name]) => (editable.has(name) ? [] : [name]))).toEqual([]);
  },
);
