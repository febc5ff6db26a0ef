import type { Message } from "../message.ts";
import type { WebhookService } from "../settings.ts";

/** The content type and body of the request to a chat service. */
export interface WebhookPayload {
  readonly contentType: string;
  readonly body: string;
}

export type PayloadText = Pick<Message, "subject" | "text" | "messageId">;

/**
 * Maximum number of characters in a text. Chat services reject or truncate longer texts; Google Chat's limit is 4,096.
 */
const MAX_TEXT_LENGTH = 4000;

const truncateText = (value: string): string => {
  const characters = [...value];
  return characters.length <= MAX_TEXT_LENGTH ? value : `${characters.slice(0, MAX_TEXT_LENGTH - 1).join("")}…`;
};

const toJsonPayload = (body: unknown): WebhookPayload => ({
  contentType: "application/json; charset=utf-8",
  body: JSON.stringify(body),
});

/** Escapes control characters of Slack.  @see https://docs.slack.dev/messaging/formatting-message-text */
const escapeSlackText = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Replaces `[` and `]`: Chatwork reads `[…]` as a tag.  @see https://developer.chatwork.com/docs/message-notation */
const escapeChatworkText = (value: string): string => value.replaceAll("[", "［").replaceAll("]", "］");

/** Breaks up `<users/all>` and `<address|words>`.  @see https://developers.google.com/workspace/chat/format-messages */
const escapeGoogleChatText = (value: string): string => value.replaceAll("<", "＜").replaceAll(">", "＞");

/** Breaks up `[words](address)`.  @see https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features */
const escapeCardText = (value: string): string => value.replaceAll("](", "] (");

const CARD_CONTENT_TYPE = "application/vnd.microsoft.card.adaptive";

const buildTeamsCard = ({ subject, text }: PayloadText): unknown => ({
  type: "message",
  attachments: [
    {
      contentType: CARD_CONTENT_TYPE,
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [
          { type: "TextBlock", text: escapeCardText(subject), weight: "Bolder", wrap: true },
          // a card joins lines unless a blank line separates them
          {
            type: "TextBlock",
            text: escapeCardText(truncateText(text.trimEnd()).replaceAll("\n", "\n\n")),
            wrap: true,
          },
        ],
      },
    },
  ],
});

/**
 * Fills the placeholders of a template with texts that are escaped for use inside a JSON string.
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
 * Builds the payload of a message in the format of a chat service.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (workflows
 * accept only adaptive cards)
 * @see https://developers.google.com/workspace/chat/quickstart/webhooks
 * @see https://developer.chatwork.com/docs/endpoints (a form, and the token in a header)
 */
export const buildWebhookPayload = (service: WebhookService, wording: PayloadText, template = ""): WebhookPayload => {
  const { subject, text } = wording;
  const whole = `${subject}\n\n${truncateText(text.trimEnd())}`;
  switch (service) {
    case "slack":
      return toJsonPayload({ text: escapeSlackText(whole) });
    case "teams":
      return toJsonPayload(buildTeamsCard(wording));
    case "google-chat":
      return toJsonPayload({ text: escapeGoogleChatText(truncateText(whole)) });
    case "chatwork": {
      const body = `[info][title]${escapeChatworkText(subject)}[/title]${escapeChatworkText(truncateText(text.trimEnd()))}[/info]`;
      return {
        contentType: "application/x-www-form-urlencoded",
        body: new URLSearchParams({ body, self_unread: "1" }).toString(),
      };
    }
    case "line-works":
      return toJsonPayload({ title: subject, body: { text: truncateText(text.trimEnd()) } });
    case "template":
      return { contentType: "application/json; charset=utf-8", body: fillTemplate(template, wording) };
  }
};
