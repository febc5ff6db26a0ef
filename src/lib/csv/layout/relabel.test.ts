import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../model/formats.ts";
import type { ColumnMap } from "./map.ts";
import { RecordReader } from "../records/reader.ts";
import type { Dialect } from "../records/record.ts";
import { formatRecordInDialect, renameHeaders } from "./relabel.ts";

const NO_MAP: ColumnMap = { columns: [], constants: [], defaults: [] };

const relabelled = async (source: string, map: Partial<ColumnMap>, chunk = source.length): Promise<string> => {
  const bytes = Buffer.from(source);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const pieces = await Array.fromAsync(
    renameHeaders(chunks(), { format: FORMATS.users, customFields: [], map: { ...NO_MAP, ...map }, newline: "lf" }),
  );
  return Buffer.concat(pieces).toString();
};

describe("relabel", () => {
  const SOURCE =
    '氏名,メールアドレス,メールアドレス,役職\n山田,a@example.jp,,部長\n"鈴木, 一郎",b@example.jp,c@example.jp,\n';

  it("writes the map's headers, one after the other for a repeated column", async () => {
    const columns = [
      { header: "Name", to: "name" },
      { header: "Mail", to: "emails" },
      { header: "Mail2", to: "emails" },
      { header: "Memo", to: null },
    ];
    expect(await relabelled(SOURCE, { columns })).toBe(
      SOURCE.replace("氏名,メールアドレス,メールアドレス", "Name,Mail,Mail2"),
    );
  });

  it("omits fields that the map sets to a constant", async () => {
    expect(await relabelled(SOURCE, { constants: [{ field: "title", value: "社員" }] }, 7)).toBe(
      '氏名,メールアドレス,メールアドレス\n山田,a@example.jp,\n"鈴木, 一郎",b@example.jp,c@example.jp\n',
    );
  });

  it("writes the map's dialect", async () => {
    expect(await relabelled(SOURCE, { dialect: { delimiter: ";", quote: "'" } }, 1)).toBe(
      "氏名;メールアドレス;メールアドレス;役職\n山田;a@example.jp;;部長\n鈴木, 一郎;b@example.jp;c@example.jp;\n",
    );
  });
});

describe("formatRecordAs", () => {
  it("is read back in the same dialect", () => {
    const dialect = fc.constantFrom<Dialect>({ delimiter: ";" }, { delimiter: "\t" }, { delimiter: "|", quote: "'" });
    const cell = fc.string({ unit: fc.constantFrom(";", "\t", "|", "'", '"', "\n", "\r", "a", "表") });
    fc.assert(
      fc.property(dialect, fc.array(cell, { minLength: 1, maxLength: 4 }), (form, cells) => {
        const read: string[][] = [];
        const reader = new RecordReader(
          { encoding: "utf-8", dialect: form },
          {
            record: (found, count) => void read.push(found.slice(0, count)),
            problem: ({ code }) => expect.fail(code),
          },
        );
        reader.write(Buffer.from(formatRecordInDialect(form, cells, "\r\n")));
        reader.end();
        expect(read).toEqual([cells]);
      }),
    );
  });
});
