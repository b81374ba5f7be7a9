# The image of loja: one static binary, without a shell, run by nobody.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /loja ./cmd/loja

# Has the certificates of public authorities, for Telegram, WhatsApp and the bank, and
# the user nonroot (65532).
FROM gcr.io/distroless/static-debian12:nonroot
COPY LICENSE THIRD_PARTY_LICENSES /usr/share/doc/loja/
COPY --from=build /loja /usr/local/bin/loja
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s CMD ["/usr/local/bin/loja", "health"]
ENTRYPOINT ["/usr/local/bin/loja"]
CMD ["serve"]
