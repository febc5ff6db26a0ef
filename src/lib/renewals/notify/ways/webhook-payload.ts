import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import type { Message } from "../message.ts";

/** The parts of a message from which a body is built. */
export type PayloadText = Pick<Message, "subject" | "text" | "messageId">;

const MAX_TEXT_LENGTH = 4000;

const truncateText = (value: string): string => {
  const characters = [...value];
  return characters.length <= MAX_TEXT_LENGTH ? value : `${characters.slice(0, MAX_TEXT_LENGTH - 1).join("")}…`;
};

const MARKUP_SIGNS = new Map([
  ["<", "＜"],
  [">", "＞"],
  ["[", "［"],
  ["]", "］"],
]);

const DEFAULT_TEMPLATE = '{"text": "{{subject}}\\n\\n{{text}}"}';

/**
 * Builds the body of a webhook: a template in which `{{subject}}`, `{{text}}` and `{{messageId}}` are filled in, escaped
 * for a JSON string, or for a form if the content type says so.
 *
 * @throws Failure `input-rejected` if the result is not JSON
 */
export function fillTemplate(wording: PayloadText, contentType: string, template = DEFAULT_TEMPLATE): string {
  const isForm = contentType.includes("x-www-form-urlencoded");
  const values = new Map([
    ["subject", wording.subject],
    ["text", truncateText(wording.text.trimEnd())],
    ["messageId", wording.messageId],
  ]);
  const body = template.trim().replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const value = values.get(name)?.replaceAll(/[<>[\]]/g, (sign) => MARKUP_SIGNS.get(sign) ?? sign);
    if (value === undefined) return placeholder;
    return isForm ? encodeURIComponent(value) : JSON.stringify(value).slice(1, -1);
  });
  if (isForm) return body;
  try {
    JSON.parse(body);
    return body;
  } catch {
    throw new Failure("input-rejected", {
      what: text(
        'the template is not JSON; put placeholders in quotes: {"text": "{{text}}"}',
        'テンプレートが JSON ではありません。プレースホルダーは引用符の中に書いてください: {"text": "{{text}}"}',
      ),
    });
  }
}
