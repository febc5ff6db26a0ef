import fc from "fast-check";
import type { Cells } from "./csv.ts";
import { DESCRIPTION, GROUP, LAYOUTS, NAME, PASSWORD, USER_ID, type App } from "./layouts.ts";
import type { ConsoleMode, SecuredUser } from "./secured.ts";

/** The users of a console, and a file to import. */
export interface Scenario {
  readonly app: App;
  readonly mode: ConsoleMode;
  readonly blank: "clear" | "keep";
  readonly missingColumns: "clear" | "keep";
  readonly users: readonly SecuredUser[];
  readonly file: Cells;
  /** what somebody does by hand in the console after the upload, and to which user */
  readonly behind: { readonly deed: "rename" | "describe" | "delete" | "add"; readonly whom: number };
}

const IDS = ["a1", "A1", "b2", "C3", "d40", "E5", "zz9", "007"] as const;
const GROUPS = ["営業部", "開発部 ①", '表ソ能, "十"', "ﾃﾝﾎﾟ"] as const;
/**
 * 0x5C as second byte, NEC and IBM characters, half-width kana, characters that CSV quotes, blanks at the ends, a
 * formula
 */
const TEXTS = ["表", "ソ能", "髙", "①㈱", "ﾃﾝ", ",", '"', " ", "'", "=1", "x", "～", "0"] as const;

const textOf = (...parts: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }).map((chosen) => chosen.join(""));
const text = textOf(...TEXTS);
/** Random text in a file. Its wave dash may be U+301C; in CP932, and therefore in the console's file, it is U+FF5E. */
const fileText = textOf(...TEXTS, "\u301c");
const isName = (value: string): boolean => value.trim() !== "";
const flag = fc.constantFrom("TRUE", "FALSE");
const secret = fc.integer({ min: 0, max: 1e9 }).map((number) => `Secret${number}`);

/** Returns a random value of a column that is not secret. */
const valueOf = (app: App, header: string, free: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  if (LAYOUTS[app].flags.includes(header)) return flag;
  if (header === "アカウントのタイプ") return fc.constantFrom("Exchange", "Microsoft365");
  if (header.endsWith("ポート") || header.endsWith("ポート番号")) return fc.constantFrom("25", "8080", "65535");
  return header === DESCRIPTION ? inLines(free) : free;
};

/** Returns a random text of one or two lines: a description may have several lines. */
const inLines = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    one,
    fc.tuple(one, fc.constantFrom("\n", "\r\n"), one).map((parts) => parts.join("")),
  );

const items = (app: App): readonly string[] => [...LAYOUTS[app].single, ...LAYOUTS[app].flags];

const user = (app: App, userId: string): fc.Arbitrary<SecuredUser> =>
  fc.record({
    userId: fc.constant(userId),
    name: text.filter(isName),
    administrator: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    items: fc
      .tuple(
        ...items(app).map((header) =>
          fc.option(valueOf(app, header, text), { nil: "" }).map((value) => [header, value] as const),
        ),
      )
      .map((pairs) => new Map(pairs.filter(([, value]) => value !== ""))),
    groups: LAYOUTS[app].hasGroups
      ? fc.subarray([...GROUPS], { maxLength: 3 }).map((groups) => groups.toSorted())
      : fc.constant([]),
    secrets: secret.map((password) => new Map([[PASSWORD, password]])),
  });

/** How a cell differs from the value in the console. */
type Wish = { readonly to: "same" | "blank" } | { readonly to: "new"; readonly value: string };

const wish = (value: fc.Arbitrary<string>): fc.Arbitrary<Wish> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Wish>({ to: "same" }) },
    { weight: 1, arbitrary: fc.constant<Wish>({ to: "blank" }) },
    { weight: 2, arbitrary: value.map((wished): Wish => ({ to: "new", value: wished })) },
  );

const cellOf = (wished: Wish, before: string): string => {
  if (wished.to === "new") return wished.value;
  return wished.to === "same" ? before : "";
};

/** Returns a random cell of one user in one column. */
const cell = (app: App, header: string, before: SecuredUser | undefined): fc.Arbitrary<string> => {
  if (header === NAME)
    return wish(fileText.filter(isName)).map(
      (wished) => cellOf(wished, before?.name ?? "") || (before?.name ?? "新人"),
    );
  if (header === PASSWORD) {
    return before === undefined ? secret : fc.option(secret, { nil: "" });
  }
  if (LAYOUTS[app].secrets.includes(header)) return fc.option(secret, { nil: "" });
  return wish(valueOf(app, header, fileText)).map((wished) => cellOf(wished, before?.items.get(header) ?? ""));
};

const groupCells = (width: number, before: SecuredUser | undefined): fc.Arbitrary<readonly string[]> =>
  fc
    .oneof(fc.constant(before?.groups ?? []), fc.subarray<string>([...GROUPS]), fc.constant([]))
    .chain((groups) => fc.shuffledSubarray([...groups], { maxLength: Math.min(width, groups.length) }))
    .map((groups) => [...groups, ...Array.from({ length: width - groups.length }, () => "")]);

const record = (
  app: App,
  header: readonly string[],
  userId: string,
  before: SecuredUser | undefined,
): fc.Arbitrary<string[]> => {
  const width = header.filter((column) => column === GROUP).length;
  const cells = header.map((column) => {
    if (column === USER_ID) return fc.constant(userId);
    return column === GROUP ? fc.constant("") : cell(app, column, before);
  });
  return fc.tuple(fc.tuple(...cells), groupCells(width, before)).map(([values, groups]) => {
    let at = 0;
    return values.map((value, index) => (header[index] === GROUP ? (groups[at++] ?? "") : value));
  });
};

/** Returns random columns of a file, in any order. The columns that a new user requires are always included. */
const headerOf = (app: App, hasNew: boolean): fc.Arbitrary<readonly string[]> => {
  const { secrets, hasGroups } = LAYOUTS[app];
  const optional = [...items(app), ...secrets, ...(hasNew ? [] : [PASSWORD])];
  return fc
    .tuple(
      fc.oneof(fc.constant(optional), fc.constant([DESCRIPTION]), fc.subarray(optional)),
      fc.integer({ min: 0, max: hasGroups ? 4 : 0 }),
    )
    .chain(([chosen, groups]) => {
      const all = [
        NAME,
        USER_ID,
        ...(hasNew ? [PASSWORD] : []),
        ...chosen,
        ...Array.from({ length: groups }, () => GROUP),
      ];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
};

const fileOf = (app: App, users: readonly SecuredUser[]): fc.Arbitrary<Cells> => {
  const closed = new Set(users.filter(({ administrator }) => administrator).map(({ userId }) => userId));
  return fc
    .shuffledSubarray(
      IDS.filter((id) => !closed.has(id)),
      { minLength: 1 },
    )
    .chain((ids) => {
      const known = new Map(users.map((one) => [one.userId, one]));
      return headerOf(
        app,
        ids.some((id) => !known.has(id)),
      ).chain((header) =>
        fc.tuple(...ids.map((id) => record(app, header, id, known.get(id)))).map((records) => [header, ...records]),
      );
    });
};

/** Returns random scenarios of one app. */
export const scenarioOf = (app: App): fc.Arbitrary<Scenario> =>
  fc
    .subarray([...IDS])
    .chain((ids) => fc.tuple(...ids.map((id) => user(app, id))))
    .chain((users) =>
      fc.record({
        app: fc.constant(app),
        mode: fc.constantFrom<ConsoleMode>("追加更新", "全件更新"),
        blank: fc.constantFrom("clear", "keep"),
        missingColumns: fc.constantFrom("clear", "keep"),
        users: fc.constant(users),
        file: fileOf(app, users),
        behind: fc.record({ deed: fc.constantFrom("rename", "describe", "delete", "add"), whom: fc.nat(IDS.length) }),
      }),
    );

/** Returns a file with all values of the users, for setting up a mirror. */
export const wholeFile = (app: App, users: readonly SecuredUser[]): Cells => {
  const width = LAYOUTS[app].hasGroups ? 4 : 0;
  const header = [NAME, USER_ID, PASSWORD, ...items(app), ...Array.from({ length: width }, () => GROUP)];
  const records = users.map((one) => [
    one.name,
    one.userId,
    one.secrets.get(PASSWORD) ?? "",
    ...items(app).map((column) => one.items.get(column) ?? ""),
    ...Array.from({ length: width }, (_, at) => one.groups[at] ?? ""),
  ]);
  return [header, ...records];
};
