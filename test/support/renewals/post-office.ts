import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { SMTPConnection } from "smtp-server/lib/smtp-connection.js";
import { parseMail, type ParsedMail } from "./mail-reader.ts";

/**
 * smtp-server delays its greeting by 0.1 seconds to detect clients that do not wait. Our clients wait, so the tests
 * remove the delay.
 */
Object.assign(SMTPConnection.prototype, {
  init(this: { _setListeners(ready: () => void): void; connectionReady(): void }) {
    this._setListeners(() => this.connectionReady());
  },
});

/** An email that the server accepted. */
export interface AcceptedMail {
  readonly to: string;
  readonly mail: ParsedMail;
  /** the user who logged in */
  readonly user: string | undefined;
  readonly secure: boolean;
}

/** A real mail server on this machine. */
export interface PostOffice {
  readonly port: number;
  readonly delivered: AcceptedMail[];
  readonly connections: () => number;
  /** addresses that the server refuses, with the response, for example `550 5.1.1 gone` */
  readonly refused: Map<string, string>;
  readonly close: () => Promise<void>;
}

const createSmtpError = (answer: string): Error =>
  Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) });

/** Opens a mail server that accepts all emails except those to `refused` addresses. */
export const openPostOffice = async (options: SMTPServerOptions = {}): Promise<PostOffice> => {
  const delivered: AcceptedMail[] = [];
  const refused = new Map<string, string>();
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onConnect: (_, done) => {
      connections += 1;
      done();
    },
    onRcptTo: ({ address }, _, done) => {
      const answer = refused.get(address);
      done(answer === undefined ? null : createSmtpError(answer));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
      stream.on("end", () => {
        const mail = parseMail(Buffer.concat(chunks));
        const { user } = session as { readonly user?: string };
        for (const { address } of session.envelope.rcptTo) {
          delivered.push({ to: address, mail, user, secure: session.secure });
        }
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    delivered,
    refused,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};

/** A request that the chat server accepted. */
export interface AcceptedPost {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server on this machine that responds like a chat service. */
export interface ChatServer {
  readonly url: string;
  readonly posted: AcceptedPost[];
  /** HTTP status of the next responses; 0 for no response */
  status: number;
  readonly close: () => Promise<void>;
}

export const openChatServer = async (): Promise<ChatServer> => {
  const posted: AcceptedPost[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      if (chat.status === 0) return;
      if (chat.status < 300) {
        const { method, url = "", headers } = request;
        posted.push({ method, path: url, headers, body });
      }
      response.writeHead(chat.status, { location: "/elsewhere" }).end("ok");
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const chat: ChatServer = {
    url: `http://127.0.0.1:${port}/services/SECRET`,
    posted,
    status: 200,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
  return chat;
};
