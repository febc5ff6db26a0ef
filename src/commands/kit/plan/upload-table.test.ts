import fc from "fast-check";
import { expect, test } from "vitest";
import { recordOf } from "#support/commands/console-tasks.ts";
import { planOf } from "#support/commands/imports/plans.ts";
import { encodeCsv } from "#support/tenant/tenant.ts";
import type { FormatName } from "../../../lib/nouns/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { buildUploadTables, listRecordedFiles, type BuiltUpload, type ExportClient } from "./upload-table.ts";

const KINDS = ["users", "docs", "mailer", "calendar"] as const satisfies readonly FormatName[];

/**
 * Somebody with open wishes: 0 no wish for the column, 1 a wish whose value is known, 2 an unknown secret, 3 a blank, 4 a
 * wish of another task.
 */
const person = fc.record({ isNew: fc.boolean(), wishes: fc.array(fc.nat(4), { minLength: 40, maxLength: 40 }) });
const wishes = fc.record({
  kind: fc.constantFrom(...KINDS),
  /** true for a file for 全件更新, which has all columns */
  isWhole: fc.boolean(),
  shown: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
  people: fc.array(person, { minLength: 1, maxLength: 6 }),
});

test("no set of wishes gives a file with a blank secret or a column that none of its rows needs", async () => {
  await fc.assert(
    fc.asyncProperty(wishes, async ({ kind, isWhole, shown, people }) => {
      const { columns, key, thing } = FORMATS[kind];
      const exported = columns.filter(({ secret, required }, at) => !secret && (required === "always" || shown[at]));
      const last = planOf({
        kind,
        header: exported.map(({ header }) => header),
        fields: exported.map(({ field }) => field),
        places: exported.map(({ field, header }, at) => ({ field, column: at + 1, header, times: 1 })),
      });
      const valueOf = (at: number, wish: number): string => (wish === 3 ? "" : `v${at}`);
      const secrets = new Map<string, Map<string, string>>();
      const all = people.map(({ isNew, wishes: own }, nth) => {
        const id = `key${nth}`;
        const changes = columns.flatMap(({ field, required, secret }, at) => {
          const wish = own[at] ?? 0;
          if (wish === 0 || wish === 4 || field === key) return [];
          if (secret === true && wish === 1)
            secrets.set(id, (secrets.get(id) ?? new Map<string, string>()).set(field, `s${at}`));
          const after = secret === true ? null : valueOf(at, required === "always" ? 1 : wish) || null;
          return [{ field, before: null, after }];
        });
        const others = columns.flatMap(({ field, secret }, at) =>
          own[at] === 4 && !isNew && secret !== true && field !== key
            ? [{ field, before: at % 2 === 0 ? null : `b${at}`, after: `v${at}` }]
            : [],
        );
        const cells = columns.map(({ field, required, secret }, at) =>
          field === key ? id : secret === true ? "" : valueOf(at, required === "always" ? 1 : (own[at] ?? 0)),
        );
        return {
          record: {
            ...recordOf({ thing: thing.name, kind, key: id, work: isNew ? "create" : "edit", changes }),
            others,
          },
          cells,
        };
      });
      const rows = [columns.map(({ header }) => header), ...all.map(({ cells }) => cells)];
      const stream = async () =>
        (async function* () {
          yield await Promise.resolve(encodeCsv(rows));
        })();
      const client = {
        users: { fields: () => [], export: stream },
        secured: { export: stream },
      } as unknown as ExportClient;
      const records = all.map(({ record }) => record);
      const upload = { kind, records, deleted: [], unsafe: new Set<string>(), last, isWhole, secrets } as const;
      const { tables, leftOut } = await buildUploadTables(client, { ...upload, encoding: "utf-8" });
      // a file for 全件更新 has all records, or there is none
      const isRefused = isWhole && leftOut.length > 0;
      expect(isRefused ? tables : []).toEqual([]);
      const keys = [...tables.flatMap((table) => table.rows), ...leftOut].map((row) => row.key);
      expect(isRefused ? [] : keys.toSorted()).toEqual(isRefused ? [] : records.map((one) => one.key));
      // the value of another task is not in the file, but what the console showed last
      const others = (isWhole ? [] : tables).flatMap(({ header, rows: written }) =>
        written.flatMap(({ key: row, cells }) =>
          (records.find((one) => one.key === row)?.others ?? []).filter(({ field, before }) => {
            const at = header.indexOf(columns.find((one) => one.field === field)?.header ?? "");
            return at >= 0 && cells[at] !== (before ?? "");
          }),
        ),
      );
      expect(others).toEqual([]);
      const faults = tables.flatMap(({ header, rows: written }) => {
        const of = written.map((row) => records.find((one) => one.key === row.key));
        return header.filter((name, at) => {
          const { field, required, secret } = columns.find((one) => one.header === name) ?? {};
          const isWished = of.some((record) => record?.changes.some((change) => change.field === field));
          const isUsual = field === key || required !== undefined || written.length === 0 || isWhole;
          // a blank clears nothing of a new record
          const isOther = ({ key: row, cells }: (typeof written)[number]): boolean =>
            cells[at] === "" && isWhole && required === undefined
              ? records.find((one) => one.key === row)?.work !== "create"
              : !cells[at] || cells[at] !== secrets.get(row)?.get(field ?? "");
          return !(isWished || isUsual) || (secret === true && written.some(isOther));
        });
      });
      expect(faults).toEqual([]);
    }),
    { numRuns: Number(process.env["CLOMOCTL_WISHES"] ?? 100), seed: 20_261_129 },
  );
});

test("no request records more than 10,000 rows of a file", () => {
  const rows = Array.from({ length: 25_000 }, (_, at) => ({ key: "", id: `${at}`, cells: [], fields: ["title"] }));
  const upload = { kind: "users", isWhole: false, deleted: [], tables: [{ header: [], rows }] };
  const files = listRecordedFiles(upload as unknown as BuiltUpload);
  expect(files.map(({ ids = [] }) => [ids.length, ids[0]])).toEqual([
    [10_000, "0"],
    [10_000, "10000"],
    [5000, "20000"],
  ]);
});
