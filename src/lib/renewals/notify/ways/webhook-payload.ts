import type { Message } from "../message.ts";
import type { Service } from "../settings.ts";

/** What a chat is sent. */
export interface Payload {
  readonly contentType: string;
  readonly body: string;
}

/** What a payload is made of. */
export type PayloadText = Pick<Message, "subject" | "text" | "messageId">;

/** Chats refuse or cut what is longer; Google Chat begins at 4,096. */
const LONGEST = 4000;

const cut = (value: string): string => {
  const characters = [...value];
  return characters.length <= LONGEST ? value : `${characters.slice(0, LONGEST - 1).join("")}…`;
};

const json = (body: unknown): Payload => ({
  contentType: "application/json; charset=utf-8",
  body: JSON.stringify(body),
});

/** Slack reads `<`, `>` and `&` as its own signs. @see https://docs.slack.dev/messaging/formatting-message-text */
const slackText = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Chatwork reads `[…]` as its tags. @see https://developer.chatwork.com/docs/message-notation */
const chatworkText = (value: string): string => value.replaceAll("[", "［").replaceAll("]", "］");

/** Google Chat reads `<users/all>` and `<address|words>`. @see https://developers.google.com/workspace/chat/format-messages */
const googleText = (value: string): string => value.replaceAll("<", "＜").replaceAll(">", "＞");

/** Adaptive cards read `[words](address)`. @see https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features */
const cardText = (value: string): string => value.replaceAll("](", "] (");

const CARD = "application/vnd.microsoft.card.adaptive";

const teamsCard = ({ subject, text }: PayloadText): unknown => ({
  type: "message",
  attachments: [
    {
      contentType: CARD,
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [
          { type: "TextBlock", text: cardText(subject), weight: "Bolder", wrap: true },
          // a card joins lines but for blank ones
          { type: "TextBlock", text: cardText(cut(text.trimEnd()).replaceAll("\n", "\n\n")), wrap: true },
        ],
      },
    },
  ],
});

/**
 * Fills the placeholders of a template with text that fits between the quotes of a JSON string.
 *
 * @param template JSON with `{{subject}}`, `{{text}}`, `{{messageId}}`
 */
export const fillTemplate = (template: string, { subject, text, messageId }: PayloadText): string => {
  const values = new Map([
    ["subject", subject],
    ["text", text],
    ["messageId", messageId],
  ]);
  return template.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const value = values.get(name);
    return value === undefined ? placeholder : JSON.stringify(value).slice(1, -1);
  });
};

/**
 * A message as a chat takes it.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (workflows take adaptive cards only)
 * @see https://developers.google.com/workspace/chat/quickstart/webhooks
 * @see https://developer.chatwork.com/docs/endpoints (a form, and the token in a header)
 */
export const payloadOf = (service: Service, wording: PayloadText, template = ""): Payload => {
  const { subject, text } = wording;
  const whole = `${subject}\n\n${cut(text.trimEnd())}`;
  switch (service) {
    case "slack":
      return json({ text: slackText(whole) });
    case "teams":
      return json(teamsCard(wording));
    case "google-chat":
      return json({ text: googleText(cut(whole)) });
    case "chatwork": {
      const body = `[info][title]${chatworkText(subject)}[/title]${chatworkText(cut(text.trimEnd()))}[/info]`;
      return {
        contentType: "application/x-www-form-urlencoded",
        body: new URLSearchParams({ body, self_unread: "1" }).toString(),
      };
    }
    case "line-works":
      return json({ title: subject, body: { text: cut(text.trimEnd()) } });
    case "template":
      return { contentType: "application/json; charset=utf-8", body: fillTemplate(template, wording) };
  }
};
