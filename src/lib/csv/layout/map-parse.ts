import type Yaml from "yaml";
import type { LineCounter, Node, Pair } from "yaml";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { findColumn, type CustomField, type Format } from "../formats/index.ts";
import { mapFaults, type ColumnMap, type MappedValue } from "./map.ts";
import { CONSOLE_DIALECT, type Dialect } from "../records/record.ts";

/** One `key: value` of the file, with the line of its key. */
interface Entry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** The word that stands for "this column is not read". */
const IGNORE = "ignore";

const LONGEST = 1_000_000;

/** Delimiters that have a name in a map file; any other is written as itself. */
const DELIMITER_NAMES: ReadonlyMap<string, string> = new Map([
  ["comma", ","],
  ["semicolon", ";"],
  ["tab", "\t"],
]);

/** Walks a parsed map file; every failure names the file and the line. */
class MapReader {
  readonly #yaml: typeof Yaml;
  readonly #lines: LineCounter;
  readonly #where: string;

  constructor(yaml: typeof Yaml, lines: LineCounter, where: string) {
    this.#yaml = yaml;
    this.#lines = lines;
    this.#where = where;
  }

  refuse(line: number, what: Text): Failure {
    return new Failure("input-rejected", {
      what,
      where: `${this.#where}:${line}`,
      hint: text(
        "A map file has the parts columns, constants, defaults and dialect; clomoctl csv map FILE starts one.",
        "マップファイルには columns・constants・defaults・dialect を書きます。clomoctl csv map FILE で雛形を作れます。",
      ),
    });
  }

  lineAt(offset: number): number {
    return this.#lines.linePos(offset).line;
  }

  #lineOf(node: unknown): number {
    return this.#yaml.isNode(node) ? this.lineAt(node.range?.[0] ?? 0) : 1;
  }

  /** The pairs of a mapping; a part that is there but blank has none. */
  pairs(node: unknown, name: string): readonly Pair<unknown, unknown>[] {
    if (this.#yaml.isMap(node)) return node.items;
    if (node === null || (this.#yaml.isScalar(node) && node.value === "")) return [];
    throw this.refuse(
      this.#lineOf(node),
      text(`${name} must be a list of "name: value"`, `${name} は「名前: 値」の並びにしてください`),
    );
  }

  /** A pair's name, which must be plain text, and its line. */
  nameOf({ key }: Pair<unknown, unknown>): { readonly key: string; readonly line: number } {
    const line = this.#lineOf(key);
    return { key: this.#text(key, line), line };
  }

  #entry(pair: Pair<unknown, unknown>): Entry {
    const { key, line } = this.nameOf(pair);
    return { key, value: this.#text(pair.value, line), line };
  }

  /** A plain text; a list, a mapping or an alias is refused. */
  #text(node: unknown, line: number): string {
    if (node === null) return "";
    if (this.#yaml.isScalar(node) && typeof node.value === "string") return node.value;
    throw this.refuse(line, text("a plain text is needed here", "ここには文字列を書いてください"));
  }

  entries(node: unknown, name: string): readonly Entry[] {
    return this.pairs(node, name).map((pair) => this.#entry(pair));
  }
}

const readDialect = (reader: MapReader, entries: readonly Entry[]): Dialect | undefined => {
  let dialect: Dialect | undefined;
  for (const { key, value, line } of entries) {
    const sign = key === "delimiter" ? (DELIMITER_NAMES.get(value) ?? value) : value;
    if (key !== "delimiter" && key !== "quote") {
      throw reader.refuse(line, text(`dialect has no ${key}`, `dialect に ${key} はありません`));
    }
    if (sign.length !== 1 || sign === "\n" || sign === "\r") {
      throw reader.refuse(line, text(`${key} must be one character`, `${key} は 1 文字にしてください`));
    }
    dialect = { ...(dialect ?? CONSOLE_DIALECT), [key]: sign };
  }
  if (dialect !== undefined && dialect.delimiter === (dialect.quote ?? '"')) {
    throw reader.refuse(
      entries[0]?.line ?? 1,
      text("delimiter and quote are the same", "delimiter と quote が同じです"),
    );
  }
  return dialect;
};

const parseYaml = (yaml: typeof Yaml, content: string, where: string): { reader: MapReader; root: Node | null } => {
  const lines = new yaml.LineCounter();
  // failsafe: every scalar is text, so that the code 001 stays 001 and "no" stays "no"
  const document = yaml.parseDocument(content, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  const reader = new MapReader(yaml, lines, where);
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    throw reader.refuse(
      reader.lineAt(fault.pos[0]),
      text(`not valid YAML: ${fault.message}`, `YAML として正しくありません: ${fault.message}`),
    );
  }
  return { reader, root: document.contents };
};

type Parts = ReadonlyMap<string, readonly Entry[]>;

const PARTS: readonly string[] = ["columns", "constants", "defaults", "dialect"];

const readParts = (reader: MapReader, root: Node | null): Parts => {
  const parts = new Map<string, readonly Entry[]>();
  for (const pair of reader.pairs(root, "the file")) {
    const { key, line } = reader.nameOf(pair);
    if (!PARTS.includes(key)) {
      throw reader.refuse(
        line,
        text(`a map file has no part ${key}`, `マップファイルに ${key} という項目はありません`),
      );
    }
    parts.set(key, reader.entries(pair.value, key));
  }
  return parts;
};

const mapOf = (reader: MapReader, parts: Parts, format: Format): ColumnMap => {
  const fieldOf = (name: string): string => findColumn(format.columns, name)?.field ?? name;
  const values = (name: string): readonly MappedValue[] =>
    (parts.get(name) ?? []).map(({ key, value }) => ({ field: fieldOf(key), value }));
  const dialect = readDialect(reader, parts.get("dialect") ?? []);
  return {
    columns: (parts.get("columns") ?? []).map(({ key, value }) => ({
      header: key,
      to: value === IGNORE ? null : fieldOf(value),
    })),
    constants: values("constants"),
    defaults: values("defaults"),
    ...(dialect === undefined ? {} : { dialect }),
  };
};

/**
 * Reads a `--map` file (YAML): `columns` (their header: our header or field, or `ignore`), `constants` and `defaults`
 * (field: value), `dialect` (`delimiter`, `quote`). Every value is text as written.
 *
 * @param where the file's name, for messages
 * @param customFields the tenant's, where there is one
 * @throws `input-rejected` with the line, where it is not such a file or does not fit the format
 */
export const parseMapFile = async (
  content: string,
  format: Format,
  where: string,
  customFields?: readonly CustomField[],
): Promise<ColumnMap> => {
  if (content.length > LONGEST) {
    throw new Failure("input-rejected", {
      what: text("too long for a map file", "マップファイルとして長すぎます"),
      where,
    });
  }
  const { default: yaml } = await import("yaml");
  const { reader, root } = parseYaml(yaml, content, where);
  const parts = readParts(reader, root);
  const map = mapOf(reader, parts, format);
  const [fault] = mapFaults(map, format, customFields);
  if (fault !== undefined) throw reader.refuse(parts.get(fault.part)?.[fault.index]?.line ?? 1, fault.what);
  return map;
};
