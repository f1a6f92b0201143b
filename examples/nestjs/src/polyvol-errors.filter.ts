import { type ArgumentsHost, Catch, HttpException } from "@nestjs/common";
import { BaseExceptionFilter } from "@nestjs/core";
import { isPolyvolError, type PolyvolError } from "@polyvol/core";
import { statusOf } from "./status.ts";

/** Gives errors of clouds a status and a body; all others stay what they are to Nest. */
export class PolyvolErrorsFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    super.catch(isPolyvolError(error) ? asHttp(error) : error, host);
  }
}

function asHttp(error: PolyvolError): HttpException {
  const body = { code: error.code, message: error.reason };
  return new HttpException(body, statusOf(error.code), { cause: error });
}

// `@Catch()`: by the mark of the error, since a process may hold two copies of its class.
Catch()(PolyvolErrorsFilter);
