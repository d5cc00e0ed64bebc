import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Open, Refuses, Requires } from '../../platform';
import { type OpenSession, SessionService } from '../app/session.service';
import { OfficersProblem } from '../domain/problems';
import { SESSION_COOKIE, sessionToken } from './session.guard';

export class SignInDto {
  @ApiProperty() @IsString() @MinLength(1) @MaxLength(40) account!: string;
  @ApiProperty() @IsString() @MinLength(1) @MaxLength(200) password!: string;
}

export class SecondFactorDto {
  @ApiProperty({ example: '123456' }) @Matches(/^\d{6}$/) code!: string;
}

export class SessionOfficerDto {
  @ApiProperty() id!: string;
  @ApiProperty() account!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ type: String, nullable: true }) certificate!: string | null;
  @ApiProperty() division!: string;
  @ApiProperty() unit!: string;
  @ApiProperty({ type: [String] }) roles!: string[];
}

export class SessionDto {
  @ApiProperty() officer!: SessionOfficerDto;
  @ApiProperty({ type: [String] }) permissions!: string[];
  @ApiProperty({ description: 'send it as X-CSRF-Token with every write' }) csrfToken!: string;
  @ApiProperty({ type: String, nullable: true }) secondFactorAt!: string | null;
  @ApiProperty({ description: 'milliseconds without a request after which the session ends' }) idleTimeoutMs!: number;
  @ApiProperty({ description: 'the time by which deadlines are counted' }) serverTime!: string;
}

type Terms = ReturnType<SessionService['terms']>;

function toSessionDto({ officer, csrfToken }: OpenSession, { idleTimeoutMs, serverTime }: Terms): SessionDto {
  const { id, account, name, certificate, division, unit, roles } = officer;
  return {
    officer: { id, account, name, certificate, division, unit, roles: [...roles] },
    permissions: [...officer.permissions],
    csrfToken,
    secondFactorAt: officer.secondFactorAt?.toISOString() ?? null,
    idleTimeoutMs,
    serverTime: serverTime.toISOString(),
  };
}

@ApiTags('session')
@Controller('session')
export class SessionController {
  constructor(private readonly sessions: SessionService) {}

  @Post()
  @Open('nobody is signed in before signing in; locked after five failures')
  @Refuses(OfficersProblem.wrongCredentials, OfficersProblem.locked)
  @ApiCreatedResponse({ type: SessionDto })
  async signIn(
    @Body() body: SignInDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    const { token, session } = await this.sessions.signIn(body.account, body.password, request.ip);
    // `Secure` holds on http://127.0.0.1 and http://localhost too: browsers count both as trustworthy.
    void reply.header('set-cookie', `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; Secure; SameSite=Strict`);
    return toSessionDto(session, this.sessions.terms());
  }

  @Get()
  @Requires('session')
  @ApiOkResponse({ type: SessionDto })
  async show(@Req() request: FastifyRequest): Promise<SessionDto> {
    return toSessionDto((await this.sessions.open(sessionToken(request)!))!, this.sessions.terms());
  }

  @Delete()
  @HttpCode(204)
  @Requires('session')
  @ApiNoContentResponse()
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.signOut(sessionToken(request)!);
    void reply.header('set-cookie', `${SESSION_COOKIE}=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0`);
  }

  @Post('second-factor')
  @HttpCode(200)
  @Requires('session')
  @Refuses(OfficersProblem.wrongSecondFactor, OfficersProblem.locked)
  @ApiOkResponse({ type: SessionDto })
  async secondFactor(@Body() { code }: SecondFactorDto, @Req() request: FastifyRequest): Promise<SessionDto> {
    const token = sessionToken(request)!;
    await this.sessions.showSecondFactor(token, code);
    return toSessionDto((await this.sessions.open(token))!, this.sessions.terms());
  }
}
