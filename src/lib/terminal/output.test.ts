import fc from "fast-check";
import { expect, test } from "vitest";
import { same, text } from "../text/index.ts";
import { chooseOutput, type Column, type OutputOptions } from "./output-choice.ts";
import { writeList, writeSingleRecord, type OutputTarget, type Records } from "./output.ts";
import type { TextWriter } from "./writer.ts";

interface Person {
  readonly name: string;
  readonly mails?: readonly string[];
  readonly count: number;
}

const columns: readonly Column<Person>[] = [
  { key: "name", header: text("Name", "氏名"), value: ({ name }) => name },
  { key: "mails", header: text("Mail", "メール"), value: ({ mails }) => mails },
  { key: "count", header: text("Count", "件数"), align: "end", value: ({ count }) => count },
];
const people: readonly Person[] = [
  { name: "髙橋", mails: ["a@x.jp", "b@x.jp"], count: 1 },
  { name: '=A1,"x"\n\t\\', count: -20 },
];

const parse = (json: string): unknown => JSON.parse(json);

class Paper implements TextWriter {
  closed = false;
  written = "";
  async write(chunk: string | Uint8Array): Promise<void> {
    this.written += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
  }
  async flush(): Promise<void> {}
}

const placeOf = (options: OutputOptions, more: Partial<OutputTarget> = {}) => {
  const out = new Paper();
  return { language: "ja" as const, choice: chooseOutput(options, false), ...more, out } satisfies OutputTarget;
};

async function listed(options: OutputOptions, records: Records<Person> = people, more: Partial<OutputTarget> = {}) {
  const place = placeOf(options, more);
  await writeList(place, columns, records);
  return place.out.written;
}

test("the default is a table on a terminal, and TSV elsewhere", () => {
  expect(chooseOutput({}, true).format).toBe("table");
  expect(chooseOutput({}, false).format).toBe("tsv");
});

test("TSV has a header row of keys in every language, and escapes tabs and newlines", async () => {
  const rows = ["name\tmails\tcount", '髙橋\t["a@x.jp","b@x.jp"]\t1', String.raw`=A1,"x"\n\t\\` + "\t\t-20", ""];
  expect(await listed({})).toBe(rows.join("\n"));
  expect(await listed({}, people, { language: "en" })).toBe(rows.join("\n"));
});

test.each(["tsv", "csv", "json", "ndjson"] as const)(
  "control characters are escaped in a pipe, too: %s",
  async (format) => {
    const name = "a\u001b[2J\u007f\u009b";
    const written = await listed({ format }, [{ name, count: 1 }]);
    expect(written.replaceAll("\n", "").replaceAll("\t", "")).not.toMatch(/\p{Cc}/u);
  },
);

test("prepared lines are used only if NDJSON has all members of every record", async () => {
  async function* lines(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"ready":1}\n');
    yield Buffer.from('{"ready":2}\n');
  }
  const written = async (options: OutputOptions, more: Partial<OutputTarget> = {}): Promise<string> => {
    const place = placeOf(options, more);
    await writeList(place, columns, people, lines);
    return place.out.written;
  };
  expect(await written({ format: "ndjson" })).toBe('{"ready":1}\n{"ready":2}\n');
  for (const options of [{ format: "ndjson", fields: "name" }, { format: "json" }, {}] as const)
    expect(await written(options)).not.toContain("ready");
  expect(await written({ format: "ndjson" }, { onTerminal: true })).not.toContain("ready");
});

test("CSV quotes values, and a record of one empty cell", async () => {
  const rows = ["name,mails,count", '髙橋,"[""a@x.jp"",""b@x.jp""]",1', '"=A1,""x""\n\t\\",,-20', '" a\r",,0', ""];
  expect(await listed({ format: "csv" }, [...people, { name: " a\r", count: 0 }])).toBe(rows.join("\n"));
  expect(await listed({ format: "csv", fields: "mails" }, [{ name: "x", count: 0 }])).toBe('mails\n""\n');
});

test("JSON is one array, empty if there are no records; NDJSON has one object per line", async () => {
  const objects = [
    { name: "髙橋", mails: ["a@x.jp", "b@x.jp"], count: 1 },
    { name: '=A1,"x"\n\t\\', mails: null, count: -20 },
  ];
  expect(JSON.parse(await listed({ format: "json" }))).toEqual(objects);
  expect(await listed({ format: "json" }, [])).toBe("[]\n");
  expect(await listed({ format: "ndjson" }, [])).toBe("");
  const lines = (await listed({ format: "ndjson" })).trimEnd().split("\n");
  expect(lines.map(parse)).toEqual(objects);
});

test("a table has headers in the user's language and escaped cells", async () => {
  expect(await listed({ format: "table" })).toBe(
    [
      String.raw`氏名          メール          件数`,
      String.raw`髙橋          a@x.jp, b@x.jp     1`,
      String.raw`=A1,"x"\n\t\                   -20`,
      "",
    ].join("\n"),
  );
});

test.each([
  [{ fields: "nmae" }, "--fields", "name"],
  [{ fields: "name,name" }, "--fields", "once"],
  [{ fields: "" }, "--fields", "fields: "],
] as const)("%o is a usage error before any record is read", async (options, where, hint) => {
  let taken = 0;
  async function* records() {
    taken++;
    yield* people;
  }
  const failure = await listed(options, records()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "usage", where });
  expect(taken).toBe(0);
  const named: unknown = expect.stringContaining(hint);
  expect(failure).toMatchObject({ hint: { en: named } });
});

test("one record is an object, a row, or one field per line", async () => {
  const shown = async (options: OutputOptions) => {
    const place = placeOf(options);
    await writeSingleRecord(place, columns, { name: "髙橋", count: 3 });
    return place.out.written;
  };
  expect(JSON.parse(await shown({ format: "json" }))).toEqual({ name: "髙橋", mails: null, count: 3 });
  expect(await shown({ format: "ndjson" })).toBe('{"name":"髙橋","mails":null,"count":3}\n');
  expect(await shown({ format: "tsv", fields: "name" })).toBe("name\n髙橋\n");
  expect(await shown({ format: "table" })).toBe("氏名  髙橋\n件数  3\n");
  expect(await shown({ format: "table", fields: "all" })).toBe("氏名    髙橋\nメール\n件数    3\n");
});

test.each(["table", "json", "ndjson", "csv", "tsv"] as const)(
  "%s streams, and stops when the reader closes",
  async (format) => {
    let made = 0;
    let ended = false;
    async function* endless() {
      try {
        for (; ; made++) {
          yield { name: `user ${made}`, count: made };
        }
      } finally {
        ended = true;
      }
    }
    const place = placeOf({ format });
    place.out.write = async (chunk) => {
      place.out.written += String(chunk);
      place.out.closed = place.out.written.length > 100_000;
    };
    await writeList(place, columns, endless());
    expect(ended).toBe(true);
    expect(made).toBeLessThan(20_000);
  },
);

test("TSV and NDJSON have the same content for any text", async () => {
  const name: Column<string>[] = [{ key: "name", header: same("name"), value: (value) => value }];
  const readTsv = (cell: string) =>
    cell.replaceAll(/\\(.)/g, (_, letter: string) => ({ t: "\t", n: "\n", r: "\r" })[letter] ?? letter);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }), async (names) => {
      const tsv = placeOf({ format: "tsv" });
      const ndjson = placeOf({ format: "ndjson" });
      await writeList(tsv, name, names);
      await writeList(ndjson, name, names);
      const cells = tsv.out.written.split("\n").slice(1, -1).map(readTsv);
      const objects = ndjson.out.written
        .trimEnd()
        .split("\n")
        .map((line) => parse(line) as { name: string });
      expect(cells).toEqual(objects.map((object) => object.name));
      expect(cells).toEqual(names);
    }),
  );
});

test("a value for programs is shown by its name in tables, and nowhere else", async () => {
  const STATES = { done: text("finished", "完了"), none: null } as const;
  const column: Column<{ readonly state: keyof typeof STATES }> = {
    key: "state",
    header: text("state", "状態"),
    value: ({ state }) => state,
    name: ({ state }) => STATES[state],
  };
  const shown = async (format: OutputOptions["format"], language: "ja" | "en") => {
    const place = { ...placeOf({ format }), language };
    await writeList(place, [column], [{ state: "done" }, { state: "none" }]);
    await writeSingleRecord(place, [column], { state: "done" });
    return place.out.written;
  };
  expect(await shown("table", "en")).toBe("state\nfinished\n\nstate  finished\n");
  expect(await shown("table", "ja")).toBe("状態\n完了\n\n状態  完了\n");
  for (const language of ["ja", "en"] as const) {
    expect(await shown("tsv", language)).toBe("state\ndone\nnone\nstate\ndone\n");
    expect(await shown("ndjson", language)).toBe('{"state":"done"}\n{"state":"none"}\n{"state":"done"}\n');
  }
});
