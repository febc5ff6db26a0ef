export interface ParsedMail {
  readonly headers: ReadonlyMap<string, string>;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
}

/** Decodes `=?UTF-8?B?…?=` and `=?UTF-8?Q?…?=`. @see RFC 2047 */
const decodeEncodedWords = (value: string): string =>
  value
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, form: string, encoded: string) =>
      form.toLowerCase() === "b"
        ? `\u{f0000}${encoded}\u{f0001}`
        : `\u{f0000}${Buffer.from(decodeQuotedPrintable(encoded.replaceAll("_", " ")), "latin1").toString("base64")}\u{f0001}`,
    )
    .replace(/(?:\u{f0000}[^\u{f0001}]*\u{f0001})+/gu, (run) =>
      Buffer.concat(
        [...run.matchAll(/\u{f0000}([^\u{f0001}]*)\u{f0001}/gu)].map(([, word = ""]) => Buffer.from(word, "base64")),
      ).toString("utf8"),
    );

/** Decodes quoted-printable text. @see RFC 2045 6.7 */
const decodeQuotedPrintable = (encoded: string): string =>
  encoded
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const decodeBody = (body: string, encoding: string): Buffer => {
  if (encoding === "base64") return Buffer.from(body, "base64");
  return Buffer.from(encoding === "quoted-printable" ? decodeQuotedPrintable(body) : body, "latin1");
};

/** Throws an error if an email breaks a rule of strict mail clients. @see RFC 5322 2.1.1, 2.2; RFC 2046 5.1.1 */
const requireRule = (holds: boolean, what: string): void => {
  if (!holds) throw new TypeError(`not a mail: ${what}`);
};

/**
 * Parses a transmitted email without the library that created the email. @throws TypeError if strict mail clients would
 * reject the email
 */
export const parseMail = (raw: Buffer): ParsedMail => {
  const wire = raw.toString("latin1");
  requireRule(!/(?<!\r)\n|\r(?!\n)/.test(wire), "a line that does not end in CRLF");
  requireRule(
    wire.split("\r\n").every((line) => line.length <= 998 && /^[\t -~]*$/.test(line)),
    "a line that is too long, or not ASCII",
  );
  const end = wire.indexOf("\r\n\r\n");
  const [head, body] = [wire.slice(0, end), wire.slice(end + 4)];
  requireRule(/^(?:[!-9;-~]+:[ \t][\t -~]*(?:\r\n[ \t][\t -~]*)*(?:\r\n|$))+$/.test(head), `header ${head}`);
  for (const name of ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"])
    requireRule(head.match(new RegExp(`^${name}:`, "gim"))?.length === 1, `no ${name}`);
  const headers = new Map(
    head
      .replace(/\r\n[ \t]+/g, " ")
      .split("\r\n")
      .map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), decodeEncodedWords(line.slice(colon + 1).trim())];
      }),
  );
  requireRule(headers.get("content-type")?.startsWith("text/plain") === true, "another type than text/plain");
  const encoding = (headers.get("content-transfer-encoding") ?? "").toLowerCase();
  requireRule(encoding !== "base64" || /^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(body), "no base64");
  requireRule(encoding !== "quoted-printable" || !/=(?![0-9A-F]{2}|\r\n)/.test(body), "no quoted-printable");
  return {
    headers,
    subject: headers.get("subject") ?? "",
    messageId: headers.get("message-id") ?? "",
    text: decodeBody(body, encoding).toString("utf8"),
  };
};
