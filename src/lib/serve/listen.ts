import type { Server } from "node:net";
import { connect, type AddressInfo } from "node:net";
import { removeSocket, shareSocketWithGroup } from "../files/index.ts";
import type { ListenAddress } from "./options.ts";
import { Failure, getErrorCode } from "../errors/index.ts";
import { text } from "../text/index.ts";

const describePlace = (place: ListenAddress): string =>
  "path" in place ? place.path : `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}`;

const tryToListen = (server: Server, place: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen("path" in place ? { path: place.path } : place, () => {
      server.off("error", reject);
      resolve();
    });
  });

const isAbandoned = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(getErrorCode(error) === "ECONNREFUSED"));
  });

export const startListening = async (server: Server, place: ListenAddress): Promise<void> => {
  try {
    await tryToListen(server, place).catch(async (error: unknown) => {
      if (!("path" in place) || getErrorCode(error) !== "EADDRINUSE" || !(await isAbandoned(place.path))) throw error;
      if (!removeSocket(place.path))
        throw new Failure("usage", {
          what: text("this path exists, but it is not a socket", "このパスには、ソケット以外のファイルがあります"),
          where: place.path,
        });
      await tryToListen(server, place);
    });
    if ("path" in place) shareSocketWithGroup(place.path);
  } catch (error) {
    throw error instanceof Failure ? error : createListenFailure(describePlace(place), error);
  }
};

const createListenFailure = (where: string, cause: unknown): Failure => {
  const code = getErrorCode(cause);
  const what =
    code === "EADDRINUSE"
      ? text("another program already uses this address", "このアドレスはほかのプログラムが使用中です")
      : text(`cannot listen on this address (${code})`, `このアドレスでは待ち受けできません(${code})`);
  return new Failure("unavailable", { what, where, cause });
};

export const getServerUrl = (server: Server, place: ListenAddress, scheme: string): string => {
  if ("path" in place) return `unix:${place.path}`;
  const { port } = server.address() as AddressInfo;
  return `${scheme}://${describePlace({ host: place.host, port })}`;
};
