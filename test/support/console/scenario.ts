import fc from "fast-check";
import type { Cells } from "./csv.ts";
import { DESCRIPTION, GROUP, LAYOUTS, NAME, PASSWORD, USER_ID, type App } from "./layouts.ts";
import type { ConsoleMode, SecuredUser } from "./secured.ts";

/** A test case: the users of a console, and a file to import. */
export interface Scenario {
  readonly app: App;
  readonly mode: ConsoleMode;
  readonly blank: "clear" | "keep";
  readonly users: readonly SecuredUser[];
  readonly file: Cells;
  /** what somebody changes by hand in the console after the upload, and for which user */
  readonly behind: { readonly deed: "rename" | "describe" | "delete" | "add"; readonly whom: number };
}

const IDS = ["a1", "A1", "b2", "C3", "d40", "E5", "zz9", "007"] as const;
const GROUPS = ["営業部", "開発部 ①", '表ソ能, "十"', "ﾃﾝﾎﾟ"] as const;
/**
 * Texts that are difficult to encode or quote: characters with 0x5C as the second byte, NEC and IBM characters,
 * half-width kana, characters that CSV must quote, spaces at the ends, a formula.
 */
const TEXTS = ["表", "ソ能", "髙", "①㈱", "ﾃﾝ", ",", '"', " ", "'", "=1", "x", "～", "0"] as const;

const someTextOf = (...parts: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }).map((chosen) => chosen.join(""));
const someText = someTextOf(...TEXTS);
/**
 * A random text in a file. The wave dash may be U+301C in the file. In CP932, and therefore in the console's file, it
 * becomes U+FF5E.
 */
const someFileText = someTextOf(...TEXTS, "\u301c");
const isName = (value: string): boolean => value.trim() !== "";
const someFlag = fc.constantFrom("TRUE", "FALSE");
const someSecret = fc.integer({ min: 0, max: 1e9 }).map((number) => `Secret${number}`);

/** Returns a random value for a column that does not contain secrets. */
const someValue = (app: App, header: string, free: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  if (LAYOUTS[app].flags.includes(header)) return someFlag;
  if (header === "アカウントのタイプ") return fc.constantFrom("Exchange", "Microsoft365");
  if (header.endsWith("ポート") || header.endsWith("ポート番号")) return fc.constantFrom("25", "8080", "65535");
  return header === DESCRIPTION ? someLines(free) : free;
};

/** Returns a random text of one or two lines, because a description can have several lines. */
const someLines = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    one,
    fc.tuple(one, fc.constantFrom("\n", "\r\n"), one).map((parts) => parts.join("")),
  );

const listItemHeaders = (app: App): readonly string[] => [...LAYOUTS[app].single, ...LAYOUTS[app].flags];

const someUser = (app: App, userId: string): fc.Arbitrary<SecuredUser> =>
  fc.record({
    userId: fc.constant(userId),
    name: someText.filter(isName),
    administrator: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    items: fc
      .tuple(
        ...listItemHeaders(app).map((header) =>
          fc.option(someValue(app, header, someText), { nil: "" }).map((value) => [header, value] as const),
        ),
      )
      .map((pairs) => new Map(pairs.filter(([, value]) => value !== ""))),
    groups: LAYOUTS[app].hasGroups
      ? fc.subarray([...GROUPS], { maxLength: 3 }).map((groups) => groups.toSorted())
      : fc.constant([]),
    secrets: someSecret.map((password) => new Map([[PASSWORD, password]])),
  });

/** How a cell relates to the value in the console: the same value, blank, or a new value. */
type CellChange = { readonly to: "same" | "blank" } | { readonly to: "new"; readonly value: string };

const someCellChange = (value: fc.Arbitrary<string>): fc.Arbitrary<CellChange> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<CellChange>({ to: "same" }) },
    { weight: 1, arbitrary: fc.constant<CellChange>({ to: "blank" }) },
    { weight: 2, arbitrary: value.map((wished): CellChange => ({ to: "new", value: wished })) },
  );

const renderCell = (wished: CellChange, before: string): string => {
  if (wished.to === "new") return wished.value;
  return wished.to === "same" ? before : "";
};

/** Returns a random cell for a user and a column. */
const someCell = (app: App, header: string, before: SecuredUser | undefined): fc.Arbitrary<string> => {
  if (header === NAME)
    return someCellChange(someFileText.filter(isName)).map(
      (wished) => renderCell(wished, before?.name ?? "") || (before?.name ?? "新人"),
    );
  if (header === PASSWORD) {
    return before === undefined ? someSecret : fc.option(someSecret, { nil: "" });
  }
  if (LAYOUTS[app].secrets.includes(header)) return fc.option(someSecret, { nil: "" });
  return someCellChange(someValue(app, header, someFileText)).map((wished) =>
    renderCell(wished, before?.items.get(header) ?? ""),
  );
};

const someGroupCells = (width: number, before: SecuredUser | undefined): fc.Arbitrary<readonly string[]> =>
  fc
    .oneof(fc.constant(before?.groups ?? []), fc.subarray<string>([...GROUPS]), fc.constant([]))
    .chain((groups) => fc.shuffledSubarray([...groups], { maxLength: Math.min(width, groups.length) }))
    .map((groups) => [...groups, ...Array.from({ length: width - groups.length }, () => "")]);

const someRow = (
  app: App,
  header: readonly string[],
  userId: string,
  before: SecuredUser | undefined,
): fc.Arbitrary<string[]> => {
  const width = header.filter((column) => column === GROUP).length;
  const cells = header.map((column) => {
    if (column === USER_ID) return fc.constant(userId);
    return column === GROUP ? fc.constant("") : someCell(app, column, before);
  });
  return fc.tuple(fc.tuple(...cells), someGroupCells(width, before)).map(([values, groups]) => {
    let at = 0;
    return values.map((value, index) => (header[index] === GROUP ? (groups[at++] ?? "") : value));
  });
};

/**
 * Returns random columns for a file, in any order. The columns that new users require are included if there are new
 * users.
 */
const someHeader = (app: App, hasNew: boolean): fc.Arbitrary<readonly string[]> => {
  const { secrets, hasGroups } = LAYOUTS[app];
  const optional = [...listItemHeaders(app), ...secrets, ...(hasNew ? [] : [PASSWORD])];
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

const someFile = (app: App, users: readonly SecuredUser[]): fc.Arbitrary<Cells> => {
  const closed = new Set(users.filter(({ administrator }) => administrator).map(({ userId }) => userId));
  return fc
    .shuffledSubarray(
      IDS.filter((id) => !closed.has(id)),
      { minLength: 1 },
    )
    .chain((ids) => {
      const known = new Map(users.map((one) => [one.userId, one]));
      return someHeader(
        app,
        ids.some((id) => !known.has(id)),
      ).chain((header) =>
        fc.tuple(...ids.map((id) => someRow(app, header, id, known.get(id)))).map((records) => [header, ...records]),
      );
    });
};

/** Returns random test cases for one app. */
export const someScenario = (app: App): fc.Arbitrary<Scenario> =>
  fc
    .subarray([...IDS])
    .chain((ids) => fc.tuple(...ids.map((id) => someUser(app, id))))
    .chain((users) =>
      fc.record({
        app: fc.constant(app),
        mode: fc.constantFrom<ConsoleMode>("追加更新", "全件更新"),
        blank: fc.constantFrom("clear", "keep"),
        users: fc.constant(users),
        file: someFile(app, users),
        behind: fc.record({ deed: fc.constantFrom("rename", "describe", "delete", "add"), whom: fc.nat(IDS.length) }),
      }),
    );

/** Returns a file that contains all values of the users, for setting up a mirror. */
export const buildWholeFile = (app: App, users: readonly SecuredUser[]): Cells => {
  const width = LAYOUTS[app].hasGroups ? 4 : 0;
  const header = [NAME, USER_ID, PASSWORD, ...listItemHeaders(app), ...Array.from({ length: width }, () => GROUP)];
  const records = users.map((one) => [
    one.name,
    one.userId,
    one.secrets.get(PASSWORD) ?? "",
    ...listItemHeaders(app).map((column) => one.items.get(column) ?? ""),
    ...Array.from({ length: width }, (_, at) => one.groups[at] ?? ""),
  ]);
  return [header, ...records];
};
