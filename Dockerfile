# The appliance in one image: Debian trixie with its Python 3.13, our locked requirements, our code.
# Build with `make image`; `make image-voice` (--build-arg VOICE=1) adds what calls need. Certificates
# and package settings are the base image's own: nothing here names a host, so that the same file
# builds behind a mirror.

ARG VOICE=""

FROM debian:trixie-slim AS base
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

FROM base AS requirements
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv
WORKDIR /build
COPY requirements.lock requirements-dev.lock ./
RUN python3 -m venv /opt/venv \
 && awk '/^[^ #]/ {on = /^uv==/} on && !/^ *#/' requirements-dev.lock > uv.lock \
 && python3 -m venv /opt/uv \
 && /opt/uv/bin/pip install --no-cache-dir --no-deps --require-hashes -r uv.lock
RUN /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-cache --no-deps --require-hashes \
      --compile-bytecode --quiet -r requirements.lock

# What calls need: LiveKit's libraries, and its servers built from their pinned sources. SPEECH names
# libraries for hearing and speaking on this machine: vosk, whisper, sherpa (Kokoro too). Piper is
# GPL and stays out.
FROM requirements AS requirements-voice
ARG SPEECH=""
COPY requirements-voice.lock ./
COPY packaging/speech speech/
RUN for name in ../requirements-voice $SPEECH; do \
      /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-cache --no-deps --require-hashes \
        --compile-bytecode --quiet -r "speech/$name.lock" || exit 1; \
    done

FROM requirements AS livekit
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libopus-dev libopusfile-dev libsoxr-dev pkg-config
COPY packaging/livekit packaging/go.lock packaging/
COPY packaging/livekit-sip packaging/livekit-sip/
RUN ln -s /opt/uv made && packaging/livekit made --servers \
 && mv made/bin/livekit-server made/bin/livekit-sip /usr/local/bin/

FROM base AS base-voice
RUN apt-get update \
 && apt-get install -y --no-install-recommends libopus0 libopusfile0 libsoxr0 redis-server \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
COPY --from=livekit /usr/local/bin/livekit-server /usr/local/bin/livekit-sip /usr/local/bin/

FROM requirements AS requirements-dev
RUN /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-cache --no-deps --require-hashes \
      --quiet -r requirements-dev.lock

FROM requirements${VOICE:+-voice} AS chosen

FROM base${VOICE:+-voice} AS body
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin appliance \
 && mkdir /data /keys && chown appliance:appliance /data /keys && chmod 700 /data /keys
COPY --from=chosen /opt/venv /opt/venv
WORKDIR /app
COPY bot_config.yaml LICENSE NOTICE ./
COPY packaging/link.py packaging/
COPY tools tools/
COPY appliance appliance/
RUN python3 packaging/link.py && python3 -m compileall -q appliance tools
ENV APPLIANCE_DATA_DIR=/data APPLIANCE_KEYS_DIR=/keys APPLIANCE_HOST=0.0.0.0 APPLIANCE_PORT=8080

# The test suite in the image's Python, without the tests that need a browser or an engine.
FROM body AS tests
COPY --from=requirements-dev /opt/venv /opt/venv
COPY pyproject.toml requirements.lock requirements-voice.lock requirements-dev.lock Makefile README.md Dockerfile \
     .gitignore .pre-commit-config.yaml ./
COPY packaging packaging/
COPY tests tests/
RUN python3 packaging/link.py && chown -R appliance:appliance /app
USER appliance
ENV APPLIANCE_DATA_DIR=/tmp/data APPLIANCE_KEYS_DIR=/tmp/keys APPLIANCE_HOST=127.0.0.1
ENTRYPOINT ["tini", "--"]
CMD ["python3", "-m", "pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not browser and not image", "--ignore=tests/faults", "-p", "no:cacheprovider"]

FROM body AS appliance
USER appliance
VOLUME ["/data", "/keys"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["appliance", "doctor", "--up"]
ENTRYPOINT ["tini", "--"]
CMD ["appliance", "up"]
