import type { Server } from "node:net";
import { connect, type AddressInfo } from "node:net";
import { dirname } from "node:path";
import { hasErrorCode, isFolder, removeSocket, shareSocketWithGroup } from "../files/index.ts";
import type { ListenPlace } from "./options.ts";
import { createListenFailure, Failure, getErrorCode } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

const describePlace = (place: ListenPlace): string =>
  "path" in place ? place.path : `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}`;

const tryToListen = (server: Server, place: ListenPlace): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen("path" in place ? { path: place.path } : place, () => {
      server.off("error", reject);
      resolve();
    });
  });

/** Returns true if no program listens on a socket: a program that was killed left it behind. */
const isAbandoned = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(getErrorCode(error) === "ECONNREFUSED"));
  });

/**
 * Starts listening. A Unix socket is accessible to its owner and its group.
 *
 * @throws Failure `unavailable` if the address cannot be used; `usage` if there can be no socket at the path
 */
export const startListening = async (server: Server, place: ListenPlace): Promise<void> => {
  const path = "path" in place ? place.path : undefined;
  try {
    await tryToListen(server, place).catch(async (error: unknown) => {
      if (path === undefined || getErrorCode(error) !== "EADDRINUSE" || !(await isAbandoned(path))) throw error;
      if (!removeSocket(path)) throw createPathFailure(path, NO_SOCKET_TEXT);
      await tryToListen(server, place);
    });
    if (path !== undefined) shareSocketWithGroup(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const fault = path === undefined ? undefined : await findPathFault(path, error);
    throw path === undefined || fault === undefined
      ? createListenFailure(describePlace(place), error)
      : createPathFailure(path, fault, error);
  }
};

/** Returns why there can be no socket at a path; undefined for other errors. A missing folder is EACCES, too. */
const findPathFault = async (path: string, error: unknown): Promise<Text | undefined> => {
  if (hasErrorCode(error, "EINVAL", "ENAMETOOLONG"))
    return text("the path is too long for a socket", "ソケットのパスとしては長すぎます");
  if (!(await isFolder(dirname(path))))
    return text("this path is not in an existing folder", "このパスは、既存のフォルダーの中にありません");
  if (!hasErrorCode(error, "EACCES", "EPERM", "EROFS")) return undefined;
  return text("permission denied: cannot write to this location", "この場所に書き込む権限がありません");
};

const NO_SOCKET_TEXT = text("this path exists and is not a socket", "このパスには、ソケットではないものがあります");

const createPathFailure = (where: string, what: Text, cause?: unknown): Failure =>
  new Failure("usage", {
    what,
    where,
    hint: text(
      "name a new path of at most 100 bytes, in a folder that exists and that you can write to",
      "書き込める既存のフォルダーの中で、まだ使われていないパスを 100 バイト以内で指定してください",
    ),
    cause,
  });

/** Returns the URL of a server that listens.  @param scheme `http` or `https` */
export const getServerUrl = (server: Server, place: ListenPlace, scheme: string): string => {
  if ("path" in place) return `unix:${place.path}`;
  const { port } = server.address() as AddressInfo;
  return `${scheme}://${describePlace({ host: place.host, port })}`;
};
