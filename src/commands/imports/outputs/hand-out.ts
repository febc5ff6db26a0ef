import { html, Markup } from "../../../lib/document/markup.ts";
import { renderHtmlDocument } from "../../../lib/document/html.ts";
import type { PlanRow } from "../../../lib/client/index.ts";
import type { ContentWriter } from "../../../lib/files/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { formatSecuredAppName } from "../../../lib/model/secured-user.ts";
import { formatCount, text, type Language, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { LeftOutSummary } from "../../../lib/plan/columns.ts";
import type { PlanOutputFile } from "../plan/settle.ts";
import { readSecretRows, type SecretSource } from "./console/secrets.ts";
import type { PasswordGenerator } from "./passwords.ts";
import { RowCursor } from "./row-cursor.ts";

/** A new user and the password to hand out. */
interface HandOut {
  readonly row: PlanRow;
  readonly password: string;
}

const STYLE = `
body { font-family: sans-serif; margin: 2em; line-height: 1.6 }
section { break-after: page; padding: 2em 0; border-bottom: 1px dashed }
section:last-of-type { break-after: auto }
th { text-align: left; padding-right: 2em; font-weight: normal }
code { font-size: 1.4em; letter-spacing: 0.1em }
@media print { section { border: 0 } }
`;

const TITLE = text("SECURED APPs passwords", "SECURED APPs のパスワード");

const LABELS = {
  name: text("name", "氏名"),
  app: text("app", "アプリ"),
  userId: text("user ID", "ユーザーID"),
  password: text("password", "パスワード"),
} as const;

/** What the person does with the page. */
const buildFirstSteps = (app: string): readonly Text[] => [
  text(
    `Open CLOMO SECURED APPs ${app} on your device, and sign in with this user ID and password.`,
    `デバイスで CLOMO SECURED APPs ${app} を開き、このユーザーID とパスワードでサインインしてください。`,
  ),
  text(
    "Capital and small letters differ. The password does not contain 0, O, o, 1, I or l.",
    "大文字と小文字は区別されます。パスワードに 0、O、o、1、I、l は含まれません。",
  ),
  text(
    "Keep this page secret, and destroy it when you no longer need it. If someone else may have seen it, tell your administrator.",
    "このページは他の人に見せず、不要になったら破棄してください。見られた可能性があるときは、管理者に連絡してください。",
  ),
];

const renderPerson = ({ row, password }: HandOut, app: string, language: Language): string => {
  const name = row.after.find(({ field }) => field === "displayName")?.value ?? "";
  const facts = [
    [LABELS.name, html`${name}`],
    [LABELS.app, html`${app}`],
    [LABELS.userId, html`<code>${row.key}</code>`],
    [LABELS.password, html`<code>${password}</code>`],
  ] as const;
  return html`<section>
    <h1>${TITLE[language]}</h1>
    <table>
      ${facts.map(
        ([label, value]) =>
          html`<tr>
            <th scope="row">${label[language]}</th>
            <td>${value}</td>
          </tr> `,
      )}
    </table>
    <ol>
      ${buildFirstSteps(app).map((step) => html`<li>${step[language]}</li> `)}
    </ol>
  </section> `.source;
};

/** Yields the new users for whom passwords are generated, in the order of the file, in batches. */
async function* readHandOuts(
  tools: Pick<Tools, "tenant" | "signal">,
  source: SecretSource,
  { generate }: PasswordGenerator,
): AsyncGenerator<readonly HandOut[]> {
  const { client } = await tools.tenant("imports");
  const given = new RowCursor(readSecretRows(source));
  try {
    for await (const batch of client.imports.rows(source.plan.id, {}).batches()) {
      tools.signal.throwIfAborted();
      await given.advanceTo(batch.at(-1)?.row ?? 0);
      yield batch.flatMap((row) => {
        const password = generate(row, given.at(row.row)?.secrets);
        return password === undefined ? [] : [{ row, password }];
      });
    }
    await given.finish();
  } finally {
    await given.close();
  }
}

/**
 * Returns the file of the hand-out sheet. Its `write` settles the plan once the sheet, and the upload file if any, are
 * in place.
 */
export const prepareHandOuts = (
  tools: Tools,
  name: string,
  options: { readonly source: SecretSource; readonly passwords: PasswordGenerator },
  upload: PlanOutputFile | undefined,
): PlanOutputFile => ({
  name: upload?.name ?? name,
  write: async (settle) => {
    let leftOut: LeftOutSummary | undefined;
    await writeHandOuts(tools, name, options, async () => {
      if (upload === undefined) await settle();
      else leftOut = await upload.write(settle);
    });
    return leftOut;
  },
});

/**
 * Writes the hand-out sheet: one printed page for each new user, with the password that was generated for them.
 *
 * @param settle called when the sheet is in place; if it fails, the sheet is removed
 */
async function writeHandOuts(
  tools: Tools,
  name: string,
  { source, passwords }: { readonly source: SecretSource; readonly passwords: PasswordGenerator },
  settle: () => Promise<void>,
): Promise<void> {
  const { language } = tools.terminal;
  const app = formatSecuredAppName(FORMATS[source.plan.kind].app ?? "docs");
  const [head = "", end = ""] = renderHtmlDocument({
    language,
    title: `${TITLE[language]}: ${app}`,
    style: STYLE,
    body: new Markup(PLACE_OF_PEOPLE),
  }).split(PLACE_OF_PEOPLE);
  const write = async (writer: ContentWriter): Promise<number> => {
    let count = 0;
    await writer.write(head);
    for await (const batch of readHandOuts(tools, source, passwords)) {
      count += batch.length;
      await writer.write(batch.map((one) => renderPerson(one, app, language)).join(""));
    }
    await writer.write(end);
    return count;
  };
  const count = await tools.outputs.write(name, write, { settle, isEmpty: (written) => written === 0 });
  await tools.terminal.note(describeHandOuts(name, count));
}

const PLACE_OF_PEOPLE = "<!--people-->";

const describeHandOuts = (name: string, count: number): Text =>
  count === 0
    ? text(
        `${name} was not written: no new user needs a password`,
        `パスワードの必要な新しいユーザーがいないため、${name} は書き出していません`,
      )
    : text(
        `${name} has the passwords of ${formatCount(count, "new user")}, one page for each: print it, hand it out, and delete it. The passwords are not stored anywhere else`,
        `${name} に新しいユーザー ${count} 人のパスワードを 1 人 1 ページで書き出しました。印刷して渡し、削除してください。パスワードはほかに保存していません`,
      );
