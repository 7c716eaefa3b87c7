package import NIOCore

/// Stands before the parser: lets bytes through when it is their turn, and sees when the client ends its side.
package final class ConnectionGate: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = IOData
    package typealias OutboundOut = IOData

    private let handler: ConnectionHandler
    private var context: ChannelHandlerContext?
    /// What has come and is not parsed yet.
    private var kept = ByteBuffer()
    private var hasInputEnded = false
    private var isParsing = false
    /// Somebody wants to read, and was not let.
    private var isAsked = false

    package init(_ handler: ConnectionHandler) {
        self.handler = handler
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        handler.gate = self
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if kept.readableBytes == 0 { kept = buffer } else { kept.writeBuffer(&buffer) }
        parse()
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        readMore()
    }

    package func read(context: ChannelHandlerContext) {
        isAsked = true
        readMore()
    }

    /// The parser and those behind it need not know that the client ends its side: what that means depends.
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return context.fireUserInboundEventTriggered(event) }
        hasInputEnded = true
        handler.handle(.inputEnded)
        parse()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        handler.handle(.closed)
        context.fireChannelInactive()
    }

    /// Hands to the parser what is allowed now.
    func parse() {
        // What is called by the parser goes on below, when the parser has returned.
        guard !isParsing, let context else { return }
        isParsing = true
        defer { isParsing = false }
        while kept.readableBytes > 0 {
            switch isEmptyLine ? .parse(kept.readableBytes) : handler.take(kept.readableBytes) {
            case .parse(let count):
                if let bytes = kept.readSlice(length: count) { context.fireChannelRead(wrapInboundOut(bytes)) }
            case .keep: return
            case .discard: kept.clear()
            case .hangUp:
                kept.clear()
                handler.handle(.exhausted)
            }
        }
        kept = ByteBuffer()
        if hasInputEnded { handler.handle(.inputEnded) }
    }

    /// A client may send an empty line behind a body: it begins no request. (It may also end a head that the parser has
    /// got in part, with what came before it.)
    private var isEmptyLine: Bool {
        handler.isBetweenRequests && kept.readableBytesView.allSatisfy { $0 == 0x0D || $0 == 0x0A }
    }

    func readMore() {
        // What is asked of a channel before it is active would never come true.
        guard let context, context.channel.isActive else { return }
        switch handler.reading {
        case .always: break
        case .asked where isAsked: break
        case .asked, .never: return
        }
        isAsked = false
        context.read()
    }
}
