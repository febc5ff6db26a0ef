/** A part of a mail, decoded. */
export interface MailPart {
  /** lower-case names */
  readonly headers: ReadonlyMap<string, string>;
  /** `text/plain`, lower case */
  readonly type: string;
  readonly content: string;
  readonly parts: readonly MailPart[];
}

/** A mail as its reader sees it. */
export interface ReadMail extends MailPart {
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly html: string;
  readonly calendar: string;
}

/** `=?UTF-8?B?…?=` and `=?UTF-8?Q?…?=`. @see RFC 2047 */
const decodeWords = (value: string): string =>
  value
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, form: string, encoded: string) =>
      form.toLowerCase() === "b"
        ? `\u{f0000}${encoded}\u{f0001}`
        : `\u{f0000}${Buffer.from(quoted(encoded.replaceAll("_", " ")), "latin1").toString("base64")}\u{f0001}`,
    )
    .replace(/(?:\u{f0000}[^\u{f0001}]*\u{f0001})+/gu, (run) =>
      Buffer.concat(
        [...run.matchAll(/\u{f0000}([^\u{f0001}]*)\u{f0001}/gu)].map(([, word = ""]) => Buffer.from(word, "base64")),
      ).toString("utf8"),
    );

/** @see RFC 2045 6.7 */
const quoted = (encoded: string): string =>
  encoded
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const bytesOf = (body: string, encoding: string): Buffer => {
  if (encoding === "base64") return Buffer.from(body, "base64");
  return Buffer.from(encoding === "quoted-printable" ? quoted(body) : body, "latin1");
};

const readPart = (raw: string): MailPart => {
  const end = raw.indexOf("\r\n\r\n");
  const [head, body] = end < 0 ? [raw, ""] : [raw.slice(0, end), raw.slice(end + 4)];
  const headers = new Map(
    head
      .replace(/\r\n[ \t]+/g, " ")
      .split("\r\n")
      .map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
      }),
  );
  const contentType = headers.get("content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  const encoding = (headers.get("content-transfer-encoding") ?? "").toLowerCase();
  const parts = boundary === undefined ? [] : body.split(`--${boundary}`).slice(1, -1);
  return {
    headers,
    type: (contentType.split(";")[0] ?? "").trim().toLowerCase(),
    content: boundary === undefined ? bytesOf(body, encoding).toString("utf8") : "",
    parts: parts.map((part) => readPart(part.replace(/^\r\n/, "").replace(/\r\n$/, ""))),
  };
};

const find = ({ parts, ...part }: MailPart, type: string): string =>
  part.type === type ? part.content : (parts.map((inner) => find(inner, type)).find((found) => found !== "") ?? "");

/** Reads a mail as it came over the wire, not by the library that wrote it. */
export const readMail = (raw: Buffer): ReadMail => {
  const part = readPart(raw.toString("latin1"));
  return {
    ...part,
    subject: part.headers.get("subject") ?? "",
    messageId: part.headers.get("message-id") ?? "",
    text: find(part, "text/plain"),
    html: find(part, "text/html"),
    calendar: find(part, "text/calendar"),
  };
};
