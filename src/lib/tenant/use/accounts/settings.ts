import type { User } from "../../../contract/index.ts";
import { Failure } from "../../../errors/index.ts";
import {
  ACCOUNT_SETTINGS,
  composedName,
  COMPOSITIONS,
  SETTINGS_NUMBER,
  type AccountSettings,
  type Composed,
  type Composition,
} from "../../../model/account.ts";
import { text } from "../../../text/index.ts";
import { permit } from "../../policy/check.ts";
import type { Session } from "../../session.ts";
import { readSettings, renamingsBy, SETTINGS, writeSettings, type Renamings } from "../../store/account-settings.ts";
import type { Reader } from "../../store/store.ts";
import { askConsole, type HandChange } from "../hand-tasks.ts";
import { checkValue, type Written } from "../records.ts";

/** The settings, as tasks for the console tell of them. */
export const HAND_SETTINGS: HandChange["noun"] & { readonly list: typeof SETTINGS } = { list: SETTINGS, kind: "users" };

/** What a request says of the settings; what is missing stays. */
interface SettingsRequest {
  readonly composition?: Composition | undefined;
  readonly authentication?: string | null | undefined;
  /** see `ChangeOf` */
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Sets what account names are composed of, and the authentication type, which is kept as it is given. Existing names stay.
 *
 * @throws Failure `not-permitted`, `input-rejected`
 * @see seed 001
 */
export const setSettings = (
  session: Session,
  { composition, authentication, seen, dryRun = false }: SettingsRequest,
): Promise<Written<AccountSettings>> =>
  session.change({ action: "accounts.settings", locks: ["accounts"], seen, dryRun }, async (writer) => {
    permit(session.asker, ["accounts.settings"]);
    const before = await readSettings(writer);
    const after: AccountSettings = {
      ...before,
      composition: composition ?? before.composition,
      authentication: authentication === undefined ? before.authentication : checkedType(authentication),
      recorded: true,
    };
    if (JSON.stringify(before) === JSON.stringify(after))
      return { result: { before, after, consoleTask: null, dryRun }, objects: [] };
    await writeSettings(writer, after);
    const task = { noun: HAND_SETTINGS, work: "edit", pk: SETTINGS_NUMBER, before, after } as const;
    const consoleTask = await askConsole(session, writer, task);
    const name = COMPOSITIONS[after.composition].ja;
    return {
      result: { before, after, consoleTask, dryRun },
      objects: [{ thing: ACCOUNT_SETTINGS.name, id: after.id, name }],
      before,
      after,
    };
  });

const checkedType = (typed: string | null): string | null =>
  typed === null || typed.trim() === ""
    ? null
    : checkValue("authentication", ACCOUNT_SETTINGS.fields.authentication, typed);

/** The accounts that are told of a composition. */
const MOST_TOLD = 1000;

/** How the names of existing accounts would be by a composition. */
export const renamings = (session: Session, composition: Composition): Promise<Renamings> =>
  session.read((reader) => renamingsBy(reader, composition, MOST_TOLD));

/**
 * The name of a new account, by what names are composed of: a blank one is derived, another one refused.
 *
 * @throws Failure `input-rejected`
 * @see seed 001
 */
export const newName = async (
  reader: Reader,
  user: Composed & Pick<User, "name">,
  typed: string | undefined,
): Promise<string> => {
  const { composition } = await readSettings(reader);
  const composed = composedName(composition, user);
  const given = typed?.trim() === "" ? undefined : typed;
  if (composed === undefined) {
    if (given !== undefined) return given;
    throw refused(text("is missing: names are free text", "指定してください(任意の文字列)"));
  }
  const { en, ja } = COMPOSITIONS[composition];
  if (composed === null || composed === "") {
    throw refused(
      text(
        `${user.name} lacks what names are composed of: ${en}`,
        `「${user.name}」に、構成する情報(${ja})がありません`,
      ),
    );
  }
  if (given === undefined || given === composed) return composed;
  throw refused(
    text(
      `${given} is not what names are composed of (${en}): it would be ${composed}`,
      `「${given}」は構成する情報(${ja})と異なります。「${composed}」になります`,
    ),
  );
};

const refused = (reason: { readonly en: string; readonly ja: string }): Failure =>
  new Failure("input-rejected", {
    what: text(`account: ${reason.en}`, `アカウント名: ${reason.ja}`),
    where: "--account",
    hint: text(
      "see what names are composed of: clomoctl clomo-account settings show",
      "構成する情報の確認: clomoctl clomo-account settings show",
    ),
  });
