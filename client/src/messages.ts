/** What the server and this client say to each other beyond the protocol's own messages. */
import { NotificationType } from 'vscode-languageclient/node';

/** Sent once, with `initialize`. */
export interface InitializationOptions {
  /** Whether programs of the workspace may be run at all. */
  readonly trusted: boolean;
  /** The Python that probes run in unless a setting names another. */
  readonly interpreter: string;
}

/** A piece of what a probed program printed. */
export const programOutput = new NotificationType<{ readonly text: string }>('gradsight/output');

/** Commands that the server carries out; the arguments are a document's URI and, for a cell, its number. */
export const serverCommand = { probeFile: 'gradsight.probeFile', probeCell: 'gradsight.probeCell' } as const;
